-- export_dropped: what was not counted in a site's days, by hour and reason.
-- params: site; since_at, and until_at, which is excluded: UTC instants
SELECT *
FROM dropped
WHERE site = {site:String}
    AND hour >= {since_at:DateTime('UTC')} AND hour < {until_at:DateTime('UTC')}
ORDER BY hour, reason, detail
