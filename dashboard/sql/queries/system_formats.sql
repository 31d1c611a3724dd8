-- system_formats: the formats that an answer may be in.
-- params: formats
SELECT *
FROM system.formats
WHERE name IN {formats:Array(String)}
LIMIT 10000
