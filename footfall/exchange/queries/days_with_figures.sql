-- days_with_figures: which of some days a site has figures of.
-- params: site; days
-- rows:   day; event_count, the events it has; is_fixed, whether retention has taken some of them, or
--         their cities or ids, so that its figures cannot be made again
SELECT
    day,
    max(event_count) AS event_count,
    event_count < max(closed_count) OR max(closed_count) > 0 AND day <= (
        SELECT max(until)
        FROM retention_reports
        WHERE site = {site:String} AND class IN ('cities', 'ids', 'events')
    ) AS is_fixed
FROM
(
    SELECT day, count() AS event_count, 0 AS closed_count
    FROM event_rows
    WHERE site = {site:String} AND day IN {days:Array(Date)}
    GROUP BY day
    UNION ALL
    SELECT day, 0 AS event_count, event_rows AS closed_count
    FROM day_closes FINAL
    WHERE site = {site:String} AND day IN {days:Array(Date)}
)
GROUP BY day
ORDER BY day
