-- Slow pages
-- Pages by the time until their largest part was there, at the 75th percentile; over 2,500 ms
-- needs work.
SELECT
    path,
    count()                                AS measured,
    round(quantile(0.75)(e.lcp_ms))          AS lcp_ms,
    round(quantile(0.75)(e.inp_ms))          AS inp_ms,
    round(quantile(0.75)(e.cls), 3)          AS cls
FROM events AS e
WHERE site = {site:String} AND day BETWEEN {since:Date} AND {until:Date} AND e.lcp_ms IS NOT NULL
GROUP BY path
ORDER BY lcp_ms DESC, path
LIMIT 50
