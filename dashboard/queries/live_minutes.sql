-- live_minutes: pageviews in each of the last minutes that had any.
-- params: site; days, the site's days it may be; since and until, UTC; path_prefixes, empty: all
-- rows:   minute, Unix minutes; pageviews
SELECT intDiv(toUnixTimestamp(time), 60) AS minute, count() AS pageviews
FROM event_rows
WHERE site = {site:String} AND day IN {days:Array(Date)} AND name = 'pageview'
    AND time > {since:DateTime64(3, 'UTC')} AND time <= {until:DateTime64(3, 'UTC')}
    AND (empty({path_prefixes:Array(String)})
        OR arrayExists(p -> startsWith(path, p), {path_prefixes:Array(String)}))
GROUP BY minute
