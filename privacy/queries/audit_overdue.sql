-- audit_overdue: how much of each chain's beginning is older than a moment.
-- params: before, a UTC instant
-- rows:   chain; the last number to go; its hash; how many go; whether the whole chain does
-- A record that is older than one before it stays until that one goes: only beginnings are removed.
SELECT chain, max(number), argMax(hash, number), count(), any(is_whole)
FROM audit_rows
INNER JOIN
(
    SELECT
        chain,
        minIf(number, at >= {before:DateTime64(6, 'UTC')}) AS first_kept,
        max(at) < {before:DateTime64(6, 'UTC')}            AS is_whole
    FROM audit_rows
    GROUP BY chain
    HAVING min(at) < {before:DateTime64(6, 'UTC')}
) AS overdue USING (chain)
WHERE is_whole OR number < first_kept
GROUP BY chain
ORDER BY chain
