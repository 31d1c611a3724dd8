-- How long pages are read
-- Median seconds of attention on each page, and how far down they were seen.
SELECT
    path,
    count()                            AS page_loads,
    round(median(engaged_ms) / 1000, 1) AS seconds,
    round(avg(deepest))                AS scroll_percent
FROM (
    SELECT path, page_id, sum(e.engaged_ms) AS engaged_ms, max(e.scroll_depth) AS deepest
    FROM events AS e
    WHERE site = {site:String} AND day BETWEEN {since:Date} AND {until:Date} AND name = 'engagement' AND page_id != 0
    GROUP BY path, page_id
)
GROUP BY path
ORDER BY page_loads DESC, path
LIMIT 50
