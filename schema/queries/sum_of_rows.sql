-- sum_of_rows: how many rows a table has, and the sum of their hashes: the same in any order.
-- params: database, table
-- rows:   row_count UInt64, hash UInt64
SELECT count() AS row_count, sum(sipHash64(formatRow('RowBinary', *))) AS hash
FROM {database:Identifier}.{table:Identifier}
