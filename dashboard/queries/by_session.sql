-- by_session: figures by what a session says of itself (where it came from, began and ended).
-- params: those of every_session and every_event; dimension; closed_days, read from daily_rows; row_limit;
-- rows:   value, a text for each dimension ('' is direct or none); visitors, sessions,
--         pageviews, events, bounces, duration_s, row_total; most visitors first
-- Pageviews and events are those of the whole sessions: for views that choose no events.
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
        /* session_key */ AS key, uniqExactIf(visitor, visitor != 0), count(), sum(pageviews),
        sum(events), countIf(is_bounce), sum(duration_s)
    FROM one_session
    GROUP BY key
)
WHERE /* required */
GROUP BY value
HAVING sessions > 0
ORDER BY visitors DESC, value ASC
LIMIT {row_limit:UInt32}
