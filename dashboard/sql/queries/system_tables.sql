-- system_tables: the documented views.
-- params: database, views
SELECT
    database, name, uuid, engine, is_temporary, metadata_modification_time, create_table_query,
    engine_full, as_select, partition_key, sorting_key, primary_key, sampling_key, storage_policy,
    total_rows, total_bytes, comment, has_own_data, table
FROM system.tables
WHERE database = {database:String} AND name IN {views:Array(String)}
LIMIT 1000
