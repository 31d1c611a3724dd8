-- find_ids: events that still have an id, and sessions, by day.
-- params: site; until, the last day looked at
-- rows:   day Date, found UInt64; oldest first
SELECT day, sum(n) AS found
FROM
(
    SELECT day, count() AS n
    FROM event_rows
    WHERE site = {site:String} AND day <= {until:Date}
        AND (visitor != 0 OR session != 0 OR page_id != 0 OR consent_id != 0)
    GROUP BY day

    UNION ALL
    SELECT day, uniqExact(session) AS n
    FROM session_rows
    WHERE site = {site:String} AND day <= {until:Date}
    GROUP BY day
)
GROUP BY day
ORDER BY day
