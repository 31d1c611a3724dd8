-- has_imports: whether days of a site hold figures that were brought in from files.
-- params: site; since and until, days, both included
-- rows:   one, or none
SELECT 1
FROM imports FINAL
WHERE site = {site:String} AND state = 'done' AND arrayExists(
    day -> day >= {since:Date} AND day <= {until:Date}, arrayConcat(days, merged_days)
)
LIMIT 1
