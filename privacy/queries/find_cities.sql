-- find_cities: events and sessions that still have a region or city, by day.
-- params: site; until, the last day looked at
-- rows:   day Date, found UInt64; oldest first
SELECT day, sum(n) AS found
FROM
(
    SELECT day, count() AS n
    FROM event_rows
    WHERE site = {site:String} AND day <= {until:Date} AND (region != '' OR city != '')
    GROUP BY day

    UNION ALL
    SELECT day, uniqExact(session) AS n
    FROM session_rows
    WHERE site = {site:String} AND day <= {until:Date} AND (region != '' OR city != '')
    GROUP BY day
)
GROUP BY day
ORDER BY day
