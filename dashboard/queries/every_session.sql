-- every_session: rows of a site's raw days, one a session; a query takes the columns it names.
-- params: site; raw_days
SELECT
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
    max(r.timezone)                                        AS timezone,
    max(r.language)                                        AS language,
    max(r.screen)                                          AS screen,
    r.day                                                  AS day
FROM session_rows AS r
WHERE r.site = {site:String} AND r.day IN {raw_days:Array(Date)}
GROUP BY r.day, r.session
