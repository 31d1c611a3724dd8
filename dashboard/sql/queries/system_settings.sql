-- system_settings: the settings that a question may change, and whether it may only read.
-- params: settings
SELECT *
FROM system.settings
WHERE name IN {settings:Array(String)}
LIMIT 10000
