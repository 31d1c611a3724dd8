-- applied_migrations: versions a database has.
-- rows: version UInt32
SELECT DISTINCT version FROM schema_migrations
