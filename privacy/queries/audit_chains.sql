-- audit_chains: the audit log after a record, chain by chain, each in the order of its numbers.
-- params: chain and number, of the last record read (zeros before the first); row_limit
-- rows:   at least row_limit while there are so many; records of one number are not parted
SELECT chain, number, at, actor, action, site, rows, purpose, detail, previous, hash
FROM audit_rows
WHERE (chain, number) > ({chain:UUID}, {number:UInt64})
ORDER BY chain, number
LIMIT {row_limit:UInt32} WITH TIES
