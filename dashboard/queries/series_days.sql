-- series_days: a view's figures day by day; their sums are the period's.
-- params: those of every_session and every_event; closed_days, read from daily_rows
-- rows:   day, visitors, sessions, pageviews, bounces, duration_s; days with none left out
SELECT
    of_day,
    sum(n_visitors)   AS visitors,
    sum(n_sessions)   AS sessions,
    sum(n_pageviews)  AS pageviews,
    sum(n_bounces)    AS bounces,
    sum(n_duration_s) AS duration_s
FROM
(
    SELECT
        day AS of_day, visitors AS n_visitors, sessions AS n_sessions, pageviews AS n_pageviews,
        bounces AS n_bounces, duration_s AS n_duration_s
    FROM daily_rows FINAL
    WHERE site = {site:String} AND dimension = '' AND day IN {closed_days:Array(Date)}
        AND value = '' AND currency = ''

    UNION ALL

    SELECT day, uniqExactIf(visitor, visitor != 0), count(), 0, countIf(is_bounce), sum(duration_s)
    FROM one_session
    GROUP BY day

    UNION ALL

    SELECT day, 0, 0, countIf(name = 'pageview'), 0, 0
    FROM one_event
    GROUP BY day
)
GROUP BY of_day
ORDER BY of_day
