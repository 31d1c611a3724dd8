-- table_names: everything in the database, which no WITH may be named like.
SELECT name
FROM system.tables
WHERE database = currentDatabase()
FORMAT TSVRaw
