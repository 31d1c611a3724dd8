-- system_databases: the one database, without where it stands on the disk.
-- params: database.  LIMIT keeps a question's own conditions from rows that it does not get.
SELECT name, engine, '' AS data_path, '' AS metadata_path, uuid, engine_full, comment, database
FROM system.databases
WHERE name = {database:String}
LIMIT 1
