-- find_events: events, by day.
-- params: site; until, the last day looked at
-- rows:   day Date, found UInt64; oldest first
SELECT day, count() AS found
FROM event_rows
WHERE site = {site:String} AND day <= {until:Date}
GROUP BY day
ORDER BY day
