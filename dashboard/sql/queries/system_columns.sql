-- system_columns: the columns of the documented views.
-- params: database, views
SELECT *
FROM system.columns
WHERE database = {database:String} AND table IN {views:Array(String)}
ORDER BY table, position
LIMIT 10000
