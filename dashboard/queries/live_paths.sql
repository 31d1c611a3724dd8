-- live_paths: who is there now: visitors with an event since an instant, by the path they were last at.
-- params: site; days, the site's days it may be; since and until, UTC; path_prefixes, empty: all
-- rows:   path, visitors; most visitors first, of equal ones the path last come to
SELECT path_now, count() AS visitors
FROM
(
    SELECT
        visitor,
        argMax(path, (time, name = 'pageview')) AS path_now,
        maxIf(time, name = 'pageview') AS come_at
    FROM event_rows
    WHERE site = {site:String} AND day IN {days:Array(Date)} AND visitor != 0
        AND time > {since:DateTime64(3, 'UTC')} AND time <= {until:DateTime64(3, 'UTC')}
        AND (empty({path_prefixes:Array(String)})
            OR arrayExists(p -> startsWith(path, p), {path_prefixes:Array(String)}))
    GROUP BY visitor
)
GROUP BY path_now
ORDER BY visitors DESC, max(come_at) DESC, path_now ASC
