-- audit_chains: the whole audit log, chain by chain, each in the order it was written.
SELECT chain, number, at, actor, action, site, rows, purpose, detail, previous, hash
FROM audit_rows
ORDER BY chain, number
