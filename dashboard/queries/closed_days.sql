-- closed_days: which days of a range are closed, and whether their events are gone.
-- params: site; since and until, days, both included
-- rows:   day; is_expired, whether it had events and the site's oldest event is younger
SELECT
    day,
    event_rows > 0 AND ifNull(day < (
        SELECT day FROM event_rows WHERE site = {site:String} ORDER BY day LIMIT 1
    ), 1) AS is_expired
FROM day_closes FINAL
WHERE site = {site:String} AND day >= {since:Date} AND day <= {until:Date}
ORDER BY day
