-- by_event: figures by what an event says of itself (page, hostname, goal), and by more beside it.
-- params: those of every_session and every_event; dimension; closed_days, read from daily_rows; row_limit;
-- rows:   value, a text for each dimension; visitors, sessions, pageviews, events,
--         bounces, duration_s, row_total; most visitors first
-- Sessions, bounces and durations are of the sessions that have such an event.
SELECT
    value,
    sum(n_visitors)   AS visitors,
    sum(n_sessions)   AS sessions,
    sum(n_pageviews)  AS pageviews,
    sum(n_events)     AS events,
    sum(n_bounces)    AS bounces,
    sum(n_duration_s) AS duration_s,
    count() OVER ()   AS row_total
FROM
(
    SELECT
        /* daily_key */ AS value, visitors AS n_visitors, sessions AS n_sessions,
        pageviews AS n_pageviews, events AS n_events, bounces AS n_bounces,
        duration_s AS n_duration_s
    FROM daily_rows AS d FINAL
    WHERE site = {site:String} AND dimension = {dimension:String}
        AND day IN {closed_days:Array(Date)} AND currency = ''

    UNION ALL

    SELECT
        /* key */ AS key, uniqExactIf(visitor, visitor != 0),
        uniqExactIf(session, session != 0), countIf(name = 'pageview'), count(), 0, 0
    FROM one_event
    GROUP BY key

    UNION ALL

    SELECT e.key, 0, 0, 0, 0, countIf(s.is_bounce), sum(s.duration_s)
    FROM
    (
        SELECT DISTINCT /* key */ AS key, day, session
        FROM one_event
        WHERE session != 0
    ) AS e
    INNER JOIN every_session AS s ON s.session = e.session AND s.day = e.day
    GROUP BY e.key
)
WHERE /* required */
GROUP BY value
HAVING events > 0
ORDER BY visitors DESC, value ASC
LIMIT {row_limit:UInt32}
