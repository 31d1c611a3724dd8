-- days_to_close: days with events that are over and not closed, or got events since they were.
-- params: site; today, the site's current day
-- rows:   day Date, oldest first
-- A day with fewer events than when it was closed lost them to retention, and one behind the days
-- that retention has been at lost its cities or ids: its figures stay.
SELECT e.day
FROM
(
    SELECT day, count() AS event_count
    FROM event_rows
    WHERE site = {site:String} AND day < {today:Date}
    GROUP BY day
) AS e
LEFT JOIN
(
    SELECT day, event_rows AS closed_count, 1 AS is_closed
    FROM day_closes FINAL
    WHERE site = {site:String}
) AS c ON c.day = e.day
WHERE c.is_closed = 0
    OR e.event_count > c.closed_count AND e.day > (
        SELECT max(until)
        FROM retention_reports
        WHERE site = {site:String} AND class IN ('cities', 'ids', 'events')
    )
ORDER BY e.day
