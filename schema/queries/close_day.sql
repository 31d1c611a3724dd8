-- close_day: the figures of one site's day as plain integers, by every dimension.
-- params: site; day; closed_at, UTC
-- Three halves, as the dashboard's by_event, by_session and by_both: what is the page's is the
-- event's, where a session came from is the session's, and where and on what it was seen stands on
-- both: visitors and sessions from the session, pageviews and events from the event.
-- A value that a day closed before had and now has not (events were erased) is written with zeros.
-- Written twice, the newer rows replace the older ones: no deduplication token is needed.
INSERT INTO daily_rows
    (site, day, dimension, value, currency, visitors, sessions, pageviews, events, bounces,
     duration_s, revenue, closed_at)
WITH
    one_session AS
    (
        SELECT
            r.session                                              AS session,
            max(r.visitor)                                         AS visitor,
            sum(r.pageviews)                                       AS pageviews,
            sum(r.events)                                          AS events,
            sum(r.pageviews) = 1 AND sum(r.interactions) = 0       AS is_bounce,
            toUInt64(dateDiff('second', min(r.started_at), max(r.ended_at))) AS duration_s,
            [('entry_page', max(r.entry_path)), ('exit_page', max(r.exit).path),
             ('source', max(r.source)), ('channel', max(r.channel)),
             ('referrer', max(r.referrer)), ('utm_source', max(r.utm_source)),
             ('utm_medium', max(r.utm_medium)), ('utm_campaign', max(r.utm_campaign)),
             ('utm_term', max(r.utm_term)), ('utm_content', max(r.utm_content))] AS own,
            [('', ''), ('device', max(r.device)), ('browser', max(r.browser)), ('os', max(r.os)),
             ('screen', max(r.screen)), ('language', max(r.language)),
             ('country', max(r.country)), ('region', max(r.region)),
             ('city', if(max(r.city) = '', '', concat(if(max(r.region) = '', max(r.country), max(r.region)), '/', max(r.city))))] AS both
        FROM session_rows AS r
        WHERE r.site = {site:String} AND r.day = {day:Date}
        GROUP BY r.session
    ),
    one_event AS
    (
        SELECT
            name, visitor, session, currency, revenue,
            [('page', path), ('hostname', toString(hostname)),
             ('goal', if(name = 'pageview', '', toString(name)))] AS own,
            [('', ''), ('device', toString(device)), ('browser', toString(browser)), ('os', toString(os)),
             ('screen', toString(screen)), ('language', toString(language)),
             ('country', toString(country)), ('region', toString(region)),
             ('city', if(city = '', '', concat(if(region = '', country, region), '/', city)))] AS both
        FROM event_rows
        WHERE site = {site:String} AND day = {day:Date} AND name != 'engagement'
    )
SELECT
    {site:String}, {day:Date}, pair.1, pair.2, of_currency,
    sum(n_visitors), sum(n_sessions), sum(n_pageviews), sum(n_events), sum(n_bounces),
    sum(n_duration_s), sum(n_revenue), {closed_at:DateTime64(3, 'UTC')}
FROM
(
    -- By what a session says of itself.
    SELECT
        arrayJoin(own)                     AS pair,
        ''                                 AS of_currency,
        uniqExactIf(visitor, visitor != 0) AS n_visitors,
        count()                            AS n_sessions,
        sum(pageviews)                     AS n_pageviews,
        sum(events)                        AS n_events,
        countIf(is_bounce)                 AS n_bounces,
        sum(duration_s)                    AS n_duration_s,
        toDecimal64(0, 4)                  AS n_revenue
    FROM one_session
    GROUP BY pair

    UNION ALL
    -- What stands on both, the session's half.
    SELECT
        arrayJoin(both) AS pair, '', uniqExactIf(visitor, visitor != 0), count(), 0, 0,
        countIf(is_bounce), sum(duration_s), toDecimal64(0, 4)
    FROM one_session
    GROUP BY pair

    UNION ALL
    -- What stands on both, the event's half.
    SELECT
        arrayJoin(both) AS pair, '', 0, 0, countIf(name = 'pageview'), count(), 0, 0,
        toDecimal64(0, 4)
    FROM one_event
    GROUP BY pair

    UNION ALL
    -- By what an event says of itself.
    SELECT
        arrayJoin(own) AS pair, '', uniqExactIf(visitor, visitor != 0),
        uniqExactIf(session, session != 0), countIf(name = 'pageview'), count(), 0, 0,
        toDecimal64(0, 4)
    FROM one_event
    GROUP BY pair

    UNION ALL
    -- The bounces and durations of the sessions that have such an event.
    SELECT pair, '', 0, 0, 0, 0, countIf(is_bounce), sum(duration_s), toDecimal64(0, 4)
    FROM (SELECT DISTINCT arrayJoin(own) AS pair, session FROM one_event WHERE session != 0) AS e
    INNER JOIN one_session AS s ON s.session = e.session
    GROUP BY pair

    UNION ALL
    -- Money by what its event says.
    SELECT arrayJoin(arrayConcat(own, both)) AS pair, currency, 0, 0, 0, 0, 0, 0, sum(revenue)
    FROM one_event
    WHERE currency != ''
    GROUP BY pair, currency

    UNION ALL
    -- Money by what its session says.
    SELECT arrayJoin(s.own) AS pair, e.currency, 0, 0, 0, 0, 0, 0, sum(e.revenue)
    FROM one_event AS e
    INNER JOIN one_session AS s ON s.session = e.session
    WHERE e.currency != ''
    GROUP BY pair, e.currency

    UNION ALL
    -- What the day had when it was closed before.
    SELECT (toString(dimension), value) AS pair, toString(currency), 0, 0, 0, 0, 0, 0, toDecimal64(0, 4)
    FROM daily_rows
    WHERE site = {site:String} AND day = {day:Date}
)
WHERE pair != ('goal', '')  -- pageviews are no goal
GROUP BY pair, of_currency
