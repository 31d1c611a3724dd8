-- by_both: figures by what stands on sessions and events alike (places, devices, language, days).
-- params: those of every_session and every_event; dimension; closed_days, read from daily_rows; row_limit;
-- rows:   value, a text for each dimension ('' is unknown); visitors, sessions, pageviews,
--         events, bounces, duration_s, row_total; most visitors first
-- Visitors and sessions come from sessions, pageviews and events from events, nobody's included.
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
        /* session_key */ AS key, uniqExactIf(visitor, visitor != 0), count(), 0, 0,
        countIf(is_bounce), sum(duration_s)
    FROM one_session
    GROUP BY key

    UNION ALL

    SELECT /* key */ AS key, 0, 0, countIf(name = 'pageview'), count(), 0, 0
    FROM one_event
    GROUP BY key
)
WHERE /* required */
GROUP BY value
HAVING events > 0 OR sessions > 0
ORDER BY visitors DESC, value ASC
LIMIT {row_limit:UInt32}
