-- closed_days: which days of a range are closed, and what their events can still tell.
-- params: site; since and until, days, both included
-- rows:   day; is_expired, whether it had events and the site's oldest event is younger, or they
--         have lost their visitors; is_placeless, whether they have lost their regions and cities
SELECT
    day,
    event_rows > 0 AND (
        day <= (SELECT max(until) FROM retention_reports WHERE site = {site:String} AND class IN ('ids', 'events'))
        OR ifNull(day < (
            SELECT day FROM event_rows WHERE site = {site:String} ORDER BY day LIMIT 1
        ), 1)
    ) AS is_expired,
    day <= (SELECT max(until) FROM retention_reports WHERE site = {site:String} AND class = 'cities') AS is_placeless
FROM day_closes FINAL
WHERE site = {site:String} AND day >= {since:Date} AND day <= {until:Date}
ORDER BY day
