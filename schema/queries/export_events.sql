-- export_events: the events of a site's days; region and city as the view shows them.
-- params: site; since and until, days, both included
-- No order: sorting would hold a day in memory, and an import sorts.
SELECT *
FROM events
WHERE site = {site:String} AND day >= {since:Date} AND day <= {until:Date}
