-- information_schema_tables: the documented views.
-- params: database, views
SELECT *
FROM information_schema.tables
WHERE table_schema = {database:String} AND table_name IN {views:Array(String)}
LIMIT 1000
