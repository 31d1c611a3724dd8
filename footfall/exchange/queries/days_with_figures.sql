-- days_with_figures: which of some days a site has figures of.
-- params: site; days
-- rows:   day; event_count, the events it has; closed_count, those it had when it was closed
SELECT day, max(event_count) AS event_count, max(closed_count) AS closed_count
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
