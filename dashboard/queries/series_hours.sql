-- series_hours: a view's figures hour by hour, from raw rows alone.
-- params: those of every_session and every_event; timezone, IANA
-- rows:   hour, Unix seconds of its start; visitors, sessions, pageviews, bounces, duration_s
-- A visitor counts in each hour with an event, a session in the hour it began.
SELECT
    hour,
    sum(n_visitors)   AS visitors,
    sum(n_sessions)   AS sessions,
    sum(n_pageviews)  AS pageviews,
    sum(n_bounces)    AS bounces,
    sum(n_duration_s) AS duration_s
FROM
(
    SELECT
        toUnixTimestamp(toStartOfHour(time, {timezone:String})) AS hour,
        uniqExactIf(visitor, visitor != 0) AS n_visitors, 0 AS n_sessions,
        countIf(name = 'pageview') AS n_pageviews, 0 AS n_bounces, 0 AS n_duration_s
    FROM one_event
    GROUP BY hour

    UNION ALL

    SELECT
        toUnixTimestamp(toStartOfHour(started_at, {timezone:String})) AS hour,
        0, count(), 0, countIf(is_bounce), sum(duration_s)
    FROM one_session
    GROUP BY hour
)
GROUP BY hour
ORDER BY hour
