-- days_of_events: how many events, and sessions at most, a site has on each of its days.
-- params: site; since and until, days, both included
-- rows:   day Date, event_count UInt64; oldest first
SELECT day, count() AS event_count
FROM event_rows
WHERE site = {site:String} AND day >= {since:Date} AND day <= {until:Date}
GROUP BY day
ORDER BY day
