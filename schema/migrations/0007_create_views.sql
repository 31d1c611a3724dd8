-- The names analysts use.  The tables under them are free to change, these are not.
-- events: one row an event; region and city are '' until that site, day and value has the site's
-- small number of visitors.
CREATE OR REPLACE VIEW events SQL SECURITY DEFINER AS
SELECT
    site, day, time, name, visitor, session, page_id, hostname, path, referrer, source, channel,
    utm_source, utm_medium, utm_campaign, utm_term, utm_content,
    device, browser, browser_version, os, os_version,
    country,
    if((site, day, country, region) IN (SELECT site, day, country, region FROM shown_places WHERE city = ''), region, '') AS region,
    if((site, day, country, region, city) IN (SELECT site, day, country, region, city FROM shown_places WHERE city != ''), city, '') AS city,
    timezone, language, screen, props, revenue, currency, interactive, engaged_ms, scroll_depth,
    lcp_ms, fcp_ms, ttfb_ms, inp_ms, cls
FROM event_rows;

-- sessions: one row a session.  The casts leave plain types: not every tool knows what the type
-- `SimpleAggregateFunction(min, DateTime64)` of the table holds.
CREATE OR REPLACE VIEW sessions SQL SECURITY DEFINER AS
SELECT
    site,
    day,
    session,
    CAST(max(r.visitor) AS UInt64)                  AS visitor,
    CAST(min(r.started_at) AS DateTime64(3, 'UTC')) AS started_at,
    CAST(max(r.ended_at) AS DateTime64(3, 'UTC'))   AS ended_at,
    CAST(max(r.entry_path) AS String)               AS entry_path,
    max(r.exit).path                                AS exit_path,
    sum(r.pageviews)                                AS pageviews,
    sum(r.events)                                   AS events,
    sum(r.pageviews) = 1 AND sum(r.interactions) = 0 AS is_bounce,
    toUInt64(dateDiff('second', min(r.started_at), max(r.ended_at))) AS duration_s,
    max(r.hostname)                                 AS hostname,
    CAST(max(r.referrer) AS String)                 AS referrer,
    max(r.source)                                   AS source,
    max(r.channel)                                  AS channel,
    max(r.utm_source)                               AS utm_source,
    max(r.utm_medium)                               AS utm_medium,
    max(r.utm_campaign)                             AS utm_campaign,
    max(r.utm_term)                                 AS utm_term,
    max(r.utm_content)                              AS utm_content,
    max(r.device)                                   AS device,
    max(r.browser)                                  AS browser,
    max(r.browser_version)                          AS browser_version,
    max(r.os)                                       AS os,
    max(r.os_version)                               AS os_version,
    max(r.country)                                  AS country,
    if((site, day, max(r.country), max(r.region)) IN (SELECT site, day, country, region FROM shown_places WHERE city = ''), max(r.region), '') AS region,
    if((site, day, max(r.country), max(r.region), max(r.city)) IN (SELECT site, day, country, region, city FROM shown_places WHERE city != ''), max(r.city), '') AS city,
    max(r.timezone)                                 AS timezone,
    max(r.language)                                 AS language,
    max(r.screen)                                   AS screen
FROM session_rows AS r
GROUP BY site, day, session;

-- daily: the figures of each closed day; money stands in rows of its own, with counts of 0.  Regions
-- and cities below the site's small number on that day are together under the value ''.
CREATE OR REPLACE VIEW daily SQL SECURITY DEFINER AS
SELECT
    d.site                AS site,
    d.day                 AS day,
    d.dimension           AS dimension,
    if(d.dimension IN ('region', 'city') AND (d.site, d.day, d.value) NOT IN (
        SELECT site, day, if(city = '', region, concat(if(region = '', country, region), '/', city))
        FROM shown_places
    ), '', d.value)       AS value,
    sum(d.visitors)       AS visitors,
    sum(d.sessions)       AS sessions,
    sum(d.pageviews)      AS pageviews,
    sum(d.events)         AS events,
    sum(d.bounces)        AS bounces,
    sum(d.duration_s)     AS duration_s,
    sum(d.revenue)        AS revenue,
    d.currency            AS currency
FROM daily_rows AS d FINAL
GROUP BY site, day, dimension, value, currency;

-- dropped: beacons that were well formed and not counted.
CREATE OR REPLACE VIEW dropped SQL SECURITY DEFINER AS
SELECT site, hour, reason, detail, sum(dropped_rows.count) AS count
FROM dropped_rows
GROUP BY site, hour, reason, detail;
