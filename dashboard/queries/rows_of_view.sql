-- rows_of_view: the raw rows a view reads, which every other query here begins with.
-- params: site; raw_days, read from events; before, an instant: what began later is not there
-- `time` and `started_at` are UTC; engagements are in every_event alone.
WITH
    every_session AS
    (
        SELECT
            r.day                                                  AS day,
            r.session                                              AS session,
            max(r.visitor)                                         AS visitor,
            min(r.started_at)                                      AS started_at,
            sum(r.pageviews)                                       AS pageviews,
            sum(r.events)                                          AS events,
            sum(r.pageviews) = 1 AND sum(r.interactions) = 0       AS is_bounce,
            toUInt64(dateDiff('second', min(r.started_at), max(r.ended_at))) AS duration_s,
            max(r.entry_path)                                      AS entry_path,
            max(r.exit).path                                       AS exit_path,
            max(r.referrer)                                        AS referrer,
            max(r.source)                                          AS source,
            max(r.channel)                                         AS channel,
            max(r.utm_source)                                      AS utm_source,
            max(r.utm_medium)                                      AS utm_medium,
            max(r.utm_campaign)                                    AS utm_campaign,
            max(r.utm_term)                                        AS utm_term,
            max(r.utm_content)                                     AS utm_content,
            max(r.device)                                          AS device,
            max(r.browser)                                         AS browser,
            max(r.browser_version)                                 AS browser_version,
            max(r.os)                                              AS os,
            max(r.os_version)                                      AS os_version,
            max(r.country)                                         AS country,
            max(r.region)                                          AS region,
            max(r.city)                                            AS city,
            max(r.language)                                        AS language,
            max(r.screen)                                          AS screen
        FROM session_rows AS r
        WHERE r.site = {site:String} AND r.day IN {raw_days:Array(Date)}
        GROUP BY r.day, r.session
    ),
    every_event AS
    (
        SELECT
            day, time, name, visitor, session, page_id, hostname, path, device, browser,
            browser_version, os, os_version, country, region, city, language, screen, revenue,
            currency, engaged_ms, scroll_depth
        FROM event_rows
        WHERE site = {site:String} AND day IN {raw_days:Array(Date)}
            AND time < {before:DateTime64(3, 'UTC')}
    ),
    one_session AS
    (
        SELECT * FROM every_session
        WHERE started_at < {before:DateTime64(3, 'UTC')} AND (/* session_filters */)
    ),
    one_event AS
    (
        SELECT * FROM every_event
        WHERE name != 'engagement' AND (/* event_filters */)
    )
