-- left_out_days: beacons of a site that were well formed and not counted, day by day.
-- params: site; since and until, UTC instants, until excluded; timezone, IANA; trial, how the
--         reasons of what was counted all the same begin
-- rows:   day, bots, others; days with none left out
SELECT
    toDate(hour, {timezone:String}) AS day,
    sumIf(count, reason = 'bot')    AS bots,
    sumIf(count, reason != 'bot')   AS others
FROM dropped_rows
WHERE site = {site:String} AND hour >= {since:DateTime('UTC')} AND hour < {until:DateTime('UTC')}
    AND NOT startsWith(reason, {trial:String})
GROUP BY day
ORDER BY day
