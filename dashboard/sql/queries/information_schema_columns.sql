-- information_schema_columns: the columns of the documented views.
-- params: database, views
SELECT *
FROM information_schema.columns
WHERE table_schema = {database:String} AND table_name IN {views:Array(String)}
ORDER BY table_name, ordinal_position
LIMIT 10000
