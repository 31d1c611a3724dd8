-- retention_reports: what retention runs found and removed, newest first.
-- params: site, '' is all; since, a UTC instant
-- rows:   site, class, until, found, removed, found_after, state, started_at, took_ms
SELECT site, class, until, found, removed, found_after, state, started_at, took_ms
FROM retention_reports FINAL
WHERE ({site:String} = '' OR site = {site:String}) AND started_at >= {since:DateTime64(6, 'UTC')}
ORDER BY started_at DESC, site, class
