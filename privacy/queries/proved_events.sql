-- proved_events: a scope's rows with the columns of the view `events`, oldest first.  Region and city
-- are shown whatever the site's small number: they are the reader's own.
-- params: a scope's; row_limit
-- rows:   the columns of the view
SELECT
    site, day, time, name, visitor, session, page_id, hostname, path, referrer, source, channel,
    utm_source, utm_medium, utm_campaign, utm_term, utm_content,
    device, browser, browser_version, os, os_version,
    country, region, city, timezone, language, screen, props, revenue, currency, interactive,
    engaged_ms, scroll_depth, lcp_ms, fcp_ms, ttfb_ms, inp_ms, cls
FROM event_rows
WHERE {scope}
ORDER BY time, name
LIMIT {row_limit:UInt32}
