-- closed_days: which days of a range are closed.
-- params: site; since and until, days, both included
-- rows:   day
SELECT day
FROM day_closes FINAL
WHERE site = {site:String} AND day >= {since:Date} AND day <= {until:Date}
ORDER BY day
