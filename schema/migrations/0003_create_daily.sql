-- daily_rows: plain integers of a closed day, one row for each dimension and value.
-- dimension '' with value '' is the whole site.  Money stands in rows of its own, one for each
-- currency, whose counts are 0, so that sums over any rows never count twice.
-- Replacing: a day closed again (events that came late) replaces its rows, it never adds to them.
CREATE TABLE IF NOT EXISTS daily_rows
(
    site       LowCardinality(String),
    day        Date                   CODEC(Delta, ZSTD(1)),
    dimension  LowCardinality(String),
    value      String                 CODEC(ZSTD(3)),
    currency   LowCardinality(String),
    visitors   UInt64                 CODEC(T64, ZSTD(3)),
    sessions   UInt64                 CODEC(T64, ZSTD(3)),
    pageviews  UInt64                 CODEC(T64, ZSTD(3)),
    events     UInt64                 CODEC(T64, ZSTD(3)),
    bounces    UInt64                 CODEC(T64, ZSTD(3)),
    duration_s UInt64                 CODEC(T64, ZSTD(3)),
    revenue    Decimal(18, 4)         CODEC(ZSTD(3)),
    closed_at  DateTime64(3, 'UTC')   CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(closed_at)
PARTITION BY toYear(day)
ORDER BY (site, dimension, day, value, currency)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- day_closes: which days of a site are closed, and with how many event rows.
CREATE TABLE IF NOT EXISTS day_closes
(
    site       LowCardinality(String),
    day        Date,
    event_rows UInt64,
    closed_at  DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(closed_at)
ORDER BY (site, day)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
