-- session_rows: one row a session once parts are merged, several before; read it with GROUP BY
-- (site, day, session), as the view `sessions` does.
-- What the opening event says is '' on every other event's row, so that `max` gives it back and a
-- query reads only the columns it names.  The session stands in the key because rows of one
-- session must meet in a merge; when session ids expire, rows are written again under random keys.
CREATE TABLE IF NOT EXISTS session_rows
(
    site            LowCardinality(String),
    day             Date                    CODEC(Delta, ZSTD(1)),
    session         UInt64                  CODEC(ZSTD(3)),
    visitor         SimpleAggregateFunction(max, UInt64) CODEC(ZSTD(3)),
    sample          SimpleAggregateFunction(max, UInt8) CODEC(ZSTD(1)),
    started_at      SimpleAggregateFunction(min, DateTime64(3, 'UTC')) CODEC(Delta, ZSTD(3)),
    ended_at        SimpleAggregateFunction(max, DateTime64(3, 'UTC')) CODEC(Delta, ZSTD(3)),
    pageviews       SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(3)),
    events          SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(3)),
    interactions    SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(3)),
    exit            SimpleAggregateFunction(max, Tuple(at DateTime64(3, 'UTC'), path String)) CODEC(ZSTD(3)),
    entry_path      SimpleAggregateFunction(max, String) CODEC(ZSTD(3)),
    hostname        SimpleAggregateFunction(max, LowCardinality(String)),
    referrer        SimpleAggregateFunction(max, String) CODEC(ZSTD(3)),
    source          SimpleAggregateFunction(max, LowCardinality(String)),
    channel         SimpleAggregateFunction(max, LowCardinality(String)),
    utm_source      SimpleAggregateFunction(max, LowCardinality(String)),
    utm_medium      SimpleAggregateFunction(max, LowCardinality(String)),
    utm_campaign    SimpleAggregateFunction(max, LowCardinality(String)),
    utm_term        SimpleAggregateFunction(max, LowCardinality(String)),
    utm_content     SimpleAggregateFunction(max, LowCardinality(String)),
    device          SimpleAggregateFunction(max, LowCardinality(String)),
    browser         SimpleAggregateFunction(max, LowCardinality(String)),
    browser_version SimpleAggregateFunction(max, LowCardinality(String)),
    os              SimpleAggregateFunction(max, LowCardinality(String)),
    os_version      SimpleAggregateFunction(max, LowCardinality(String)),
    country         SimpleAggregateFunction(max, LowCardinality(String)),
    region          SimpleAggregateFunction(max, LowCardinality(String)),
    city            SimpleAggregateFunction(max, LowCardinality(String)),
    timezone        SimpleAggregateFunction(max, LowCardinality(String)),
    language        SimpleAggregateFunction(max, LowCardinality(String)),
    screen          SimpleAggregateFunction(max, LowCardinality(String))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (site, day, session)
SETTINGS
    non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS session_rows_from_events TO session_rows AS
SELECT
    site,
    day,
    session,
    max(event_rows.visitor)                                AS visitor,
    max(event_rows.sample)                                 AS sample,
    min(event_rows.time)                                   AS started_at,
    max(event_rows.time)                                   AS ended_at,
    countIf(name = 'pageview')                             AS pageviews,
    countIf(name != 'engagement')                          AS events,
    countIf(name NOT IN ('pageview', 'engagement') AND interactive) AS interactions,
    max(if(name = 'pageview', (event_rows.time, event_rows.path), (toDateTime64(0, 3, 'UTC'), ''))) AS exit,
    maxIf(event_rows.path, starts)                         AS entry_path,
    maxIf(event_rows.hostname, starts)                     AS hostname,
    maxIf(event_rows.referrer, starts)                     AS referrer,
    maxIf(event_rows.source, starts)                       AS source,
    maxIf(event_rows.channel, starts)                      AS channel,
    maxIf(event_rows.utm_source, starts)                   AS utm_source,
    maxIf(event_rows.utm_medium, starts)                   AS utm_medium,
    maxIf(event_rows.utm_campaign, starts)                 AS utm_campaign,
    maxIf(event_rows.utm_term, starts)                     AS utm_term,
    maxIf(event_rows.utm_content, starts)                  AS utm_content,
    maxIf(event_rows.device, starts)                       AS device,
    maxIf(event_rows.browser, starts)                      AS browser,
    maxIf(event_rows.browser_version, starts)              AS browser_version,
    maxIf(event_rows.os, starts)                           AS os,
    maxIf(event_rows.os_version, starts)                   AS os_version,
    maxIf(event_rows.country, starts)                      AS country,
    maxIf(event_rows.region, starts)                       AS region,
    maxIf(event_rows.city, starts)                         AS city,
    maxIf(event_rows.timezone, starts)                     AS timezone,
    maxIf(event_rows.language, starts)                     AS language,
    maxIf(event_rows.screen, starts)                       AS screen
FROM event_rows
WHERE session != 0
GROUP BY site, day, session;
