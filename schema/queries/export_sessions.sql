-- export_sessions: the sessions of a site's days.
-- params: site; since and until, days, both included
SELECT *
FROM sessions
WHERE site = {site:String} AND day >= {since:Date} AND day <= {until:Date}
-- The table is sorted by what sessions are grouped by, so that none need wait in memory.
SETTINGS optimize_aggregation_in_order = 1
