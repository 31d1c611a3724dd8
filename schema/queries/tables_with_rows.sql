-- tables_with_rows: a database's tables that keep rows, and whether their merges change them.
-- params: database
-- rows:   table String, merges_rows Bool
SELECT name AS table, engine != 'MergeTree' AS merges_rows
FROM system.tables
WHERE database = {database:String}
  AND engine LIKE '%MergeTree'
ORDER BY name
