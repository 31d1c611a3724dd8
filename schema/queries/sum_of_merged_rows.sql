-- sum_of_merged_rows: as sum_of_rows, of the rows as they are once everything is merged.
-- params: database, table
-- rows:   row_count UInt64, hash UInt64
SELECT count() AS row_count, sum(sipHash64(formatRow('RowBinary', *))) AS hash
FROM {database:Identifier}.{table:Identifier} FINAL
