-- by_event: figures by what an event says of itself (page, hostname, goal), most visitors first.
-- params: those of every_session and every_event; dimension; closed_days, read from daily_rows; row_limit
-- rows:   value, visitors, sessions, pageviews, events, bounces, duration_s, row_total
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
        value, visitors AS n_visitors, sessions AS n_sessions, pageviews AS n_pageviews,
        events AS n_events, bounces AS n_bounces, duration_s AS n_duration_s
    FROM daily_rows FINAL
    WHERE site = {site:String} AND dimension = {dimension:String}
        AND day IN {closed_days:Array(Date)} AND currency = ''

    UNION ALL

    SELECT
        toString(/* dimension */) AS of_value, uniqExactIf(visitor, visitor != 0),
        uniqExactIf(session, session != 0), countIf(name = 'pageview'), count(), 0, 0
    FROM one_event
    GROUP BY of_value

    UNION ALL

    SELECT e.of_value, 0, 0, 0, 0, countIf(s.is_bounce), sum(s.duration_s)
    FROM
    (
        SELECT DISTINCT toString(/* dimension */) AS of_value, day, session
        FROM one_event
        WHERE session != 0
    ) AS e
    INNER JOIN one_session AS s ON s.session = e.session AND s.day = e.day
    GROUP BY e.of_value
)
WHERE value != ''
GROUP BY value
HAVING events > 0
ORDER BY visitors DESC, value ASC
LIMIT {row_limit:UInt32}
