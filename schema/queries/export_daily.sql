-- export_daily: the figures of a site's closed days.
-- params: site; since and until, days, both included
SELECT *
FROM daily
WHERE site = {site:String} AND day >= {since:Date} AND day <= {until:Date}
ORDER BY day, dimension, value, currency
