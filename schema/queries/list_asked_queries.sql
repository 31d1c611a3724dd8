-- list_asked_queries: what a user asked lately, newest first; each text once, as it was asked last.
-- params: owner, row_limit
-- rows:   at, text, rows, elapsed_s, fault
SELECT max(q.at) AS at, text, argMax(q.rows, q.at), argMax(q.elapsed_s, q.at), argMax(q.fault, q.at)
FROM asked_queries AS q
WHERE owner = {owner:UUID} AND q.at >= now() - INTERVAL 30 DAY
GROUP BY text
ORDER BY at DESC
LIMIT {row_limit:UInt16}
