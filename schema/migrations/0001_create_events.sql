-- event_rows: every accepted event, engagements too, as the writer inserts it.
-- Order: one site's range of days is one range of the key; within an hour `sample` keeps the
-- events of one visitor side by side, which is what makes the pseudonyms compress.
-- `sample` has 256 values: it thins a query evenly and singles nobody out.
-- No visitor or session in the key: a key cannot be blanked later.
CREATE TABLE IF NOT EXISTS event_rows
(
    site            LowCardinality(String),
    day             Date                    CODEC(Delta, ZSTD(1)),
    time            DateTime64(3, 'UTC')    CODEC(Delta, ZSTD(3)),
    received_at     DateTime('UTC')         CODEC(Delta, ZSTD(3)),
    sample          UInt8                   CODEC(Delta, ZSTD(1)),
    name            LowCardinality(String),
    visitor         UInt64                  CODEC(ZSTD(3)),
    session         UInt64                  CODEC(ZSTD(3)),
    starts          Bool                    CODEC(ZSTD(1)),
    page_id         UInt64                  CODEC(ZSTD(3)),
    consent_id      UInt64                  CODEC(ZSTD(3)),
    hostname        LowCardinality(String),
    path            String                  CODEC(ZSTD(3)),
    referrer        String                  CODEC(ZSTD(3)),
    source          LowCardinality(String),
    channel         LowCardinality(String),
    utm_source      LowCardinality(String),
    utm_medium      LowCardinality(String),
    utm_campaign    LowCardinality(String),
    utm_term        LowCardinality(String),
    utm_content     LowCardinality(String),
    device          LowCardinality(String),
    browser         LowCardinality(String),
    browser_version LowCardinality(String),
    os              LowCardinality(String),
    os_version      LowCardinality(String),
    country         LowCardinality(String),
    region          LowCardinality(String),
    city            LowCardinality(String),
    timezone        LowCardinality(String),
    language        LowCardinality(String),
    screen          LowCardinality(String),
    props           Map(LowCardinality(String), String) CODEC(ZSTD(3)),
    revenue         Decimal(18, 4)          CODEC(ZSTD(3)),
    currency        LowCardinality(String),
    interactive     Bool                    CODEC(ZSTD(1)),
    engaged_ms      UInt32                  CODEC(ZSTD(3)),
    scroll_depth    UInt8                   CODEC(ZSTD(3)),
    lcp_ms          Nullable(UInt32)        CODEC(ZSTD(3)),
    fcp_ms          Nullable(UInt32)        CODEC(ZSTD(3)),
    ttfb_ms         Nullable(UInt32)        CODEC(ZSTD(3)),
    inp_ms          Nullable(UInt32)        CODEC(ZSTD(3)),
    cls             Nullable(Float32)       CODEC(ZSTD(3))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (site, day, toStartOfHour(time), sample, time)
SAMPLE BY sample
SETTINGS
    non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;
