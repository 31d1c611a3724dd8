-- list_imports: every import of a site, or of all sites for '', newest first.
-- params: site
SELECT id, site, kind, state, days, merged_days, events, figures, started_at
FROM imports FINAL
WHERE {site:String} = '' OR site = {site:String}
ORDER BY started_at DESC
