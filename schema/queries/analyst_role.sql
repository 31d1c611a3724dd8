-- analyst_role: the role under which people may ask a ClickHouse server itself.  It reads the
-- documented views of all sites and nothing else.  What is there already stays as it is, so that
-- an owner's own limits do.
CREATE ROLE IF NOT EXISTS footfall_analyst;

-- readonly 2: nothing is written, and a client may still set formats and lower its limits.
CREATE SETTINGS PROFILE IF NOT EXISTS footfall_analyst_role SETTINGS
    readonly = 2,
    allow_ddl = 0 CONST,
    max_memory_usage = 1073741824 CONST,
    max_execution_time = 60 MIN 1 MAX 60,
    max_result_rows = 1000000 MIN 1 MAX 1000000,
    max_threads = 2 MIN 1 MAX 2
TO footfall_analyst;

CREATE QUOTA IF NOT EXISTS footfall_analyst_role
    FOR INTERVAL 1 HOUR MAX queries = 2000, execution_time = 1800
TO footfall_analyst;

GRANT SELECT ON events TO footfall_analyst;

GRANT SELECT ON sessions TO footfall_analyst;

GRANT SELECT ON daily TO footfall_analyst;

GRANT SELECT ON dropped TO footfall_analyst;
