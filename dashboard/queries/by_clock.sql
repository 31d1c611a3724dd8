-- by_clock: figures by hour or minute, or of hours that are no whole days; never from closed days.
-- params: those of every_session and every_event; row_limit
-- rows:   value, a text for each dimension; visitors, sessions, pageviews, events, bounces,
--         duration_s, row_total; most visitors first
-- A visitor counts in each step with an event, a session in the one it began.
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
        /* key */ AS value, uniqExactIf(visitor, visitor != 0) AS n_visitors, 0 AS n_sessions,
        countIf(name = 'pageview') AS n_pageviews, count() AS n_events, 0 AS n_bounces,
        0 AS n_duration_s
    FROM one_event
    GROUP BY value

    UNION ALL

    SELECT /* session_key */ AS key, 0, count(), 0, 0, countIf(is_bounce), sum(duration_s)
    FROM one_session
    GROUP BY key
)
WHERE /* required */
GROUP BY value
HAVING events > 0 OR sessions > 0
ORDER BY visitors DESC, value ASC
LIMIT {row_limit:UInt32}
