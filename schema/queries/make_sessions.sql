-- make_sessions: the rows of some sessions from their events, as `session_rows_from_events` makes them.
-- What opened a session may be gone: then the first event that is left opens it.  Engagements alone
-- make none.
-- Without deduplication: the same rows may have been made before, and removed since.
-- params: sites; days, the sites' local ones; sessions, none of them 0
INSERT INTO session_rows
(
    site, day, session, visitor, sample, started_at, ended_at, pageviews, events,
    interactions, exit, entry_path, hostname, referrer, source, channel, utm_source,
    utm_medium, utm_campaign, utm_term, utm_content, device, browser, browser_version, os,
    os_version, country, region, city, timezone, language, screen
)
SETTINGS insert_deduplicate = 0
SELECT
    site,
    day,
    session,
    max(event_rows.visitor)                                AS visitor,
    max(event_rows.sample)                                 AS sample,
    min(event_rows.time)                                   AS started_at,
    max(event_rows.time)                                   AS ended_at,
    countIf(name = 'pageview')                             AS pageviews,
    countIf(name != 'engagement')                          AS events,
    countIf(name NOT IN ('pageview', 'engagement') AND interactive) AS interactions,
    max(if(name = 'pageview', (event_rows.time, event_rows.path), (toDateTime64(0, 3, 'UTC'), ''))) AS exit,
    maxIf(event_rows.path, starts)                         AS entry_path,
    maxIf(event_rows.hostname, starts)                     AS hostname,
    maxIf(event_rows.referrer, starts)                     AS referrer,
    maxIf(event_rows.source, starts)                       AS source,
    maxIf(event_rows.channel, starts)                      AS channel,
    maxIf(event_rows.utm_source, starts)                   AS utm_source,
    maxIf(event_rows.utm_medium, starts)                   AS utm_medium,
    maxIf(event_rows.utm_campaign, starts)                 AS utm_campaign,
    maxIf(event_rows.utm_term, starts)                     AS utm_term,
    maxIf(event_rows.utm_content, starts)                  AS utm_content,
    maxIf(event_rows.device, starts)                       AS device,
    maxIf(event_rows.browser, starts)                      AS browser,
    maxIf(event_rows.browser_version, starts)              AS browser_version,
    maxIf(event_rows.os, starts)                           AS os,
    maxIf(event_rows.os_version, starts)                   AS os_version,
    maxIf(event_rows.country, starts)                      AS country,
    maxIf(event_rows.region, starts)                       AS region,
    maxIf(event_rows.city, starts)                         AS city,
    maxIf(event_rows.timezone, starts)                     AS timezone,
    maxIf(event_rows.language, starts)                     AS language,
    maxIf(event_rows.screen, starts)                       AS screen
FROM
(
    SELECT
        * EXCEPT starts,
        name != 'engagement' AND 1 = row_number() OVER (
            PARTITION BY site, day, session
            ORDER BY name = 'engagement', event_rows.starts DESC, time
        ) AS starts
    FROM event_rows
    WHERE site IN {sites:Array(String)}
      AND day IN {days:Array(Date)}
      AND session IN {sessions:Array(UInt64)}
) AS event_rows
GROUP BY site, day, session
HAVING countIf(name != 'engagement') > 0
