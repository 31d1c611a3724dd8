-- audit_ends: the last record of each chain that was written to since a moment.
-- params: since, a UTC instant
SELECT chain, max(number), argMax(hash, number)
FROM audit_rows
WHERE at >= {since:DateTime64(6, 'UTC')}
GROUP BY chain
ORDER BY chain
