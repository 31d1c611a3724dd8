-- dropped_rows: beacons left out of every count, by hour and reason.  Nothing else of them is kept.
CREATE TABLE IF NOT EXISTS dropped_rows
(
    site   LowCardinality(String),
    hour   DateTime('UTC')        CODEC(Delta, ZSTD(1)),
    reason LowCardinality(String),
    detail LowCardinality(String),
    count  UInt64                 CODEC(T64, ZSTD(1))
)
ENGINE = SummingMergeTree(count)
PARTITION BY toYYYYMM(hour)
ORDER BY (site, hour, reason, detail)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
