-- Where they go from a page
-- The page that followed in the same session, counted.
SELECT
    next_path,
    count() AS times
FROM (
    SELECT
        path,
        leadInFrame(path) OVER (
            PARTITION BY session ORDER BY time ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING
        ) AS next_path
    FROM events
    WHERE site = {site:String} AND day BETWEEN {since:Date} AND {until:Date} AND name = 'pageview' AND session != 0
)
WHERE path = {path:String} AND next_path NOT IN ('', path)
GROUP BY next_path
ORDER BY times DESC, next_path
LIMIT 30
