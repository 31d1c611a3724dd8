-- system_functions: the functions that a question may call.
-- params: functions
SELECT *
FROM system.functions
WHERE name IN {functions:Array(String)}
LIMIT 10000
