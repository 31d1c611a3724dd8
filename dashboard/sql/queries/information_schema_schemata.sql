-- information_schema_schemata: the one database.
-- params: database
SELECT * FROM information_schema.schemata WHERE schema_name = {database:String} LIMIT 1
