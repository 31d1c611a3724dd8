-- event_rows.import_id: the file that a row came from, 0 for what was counted here.
ALTER TABLE event_rows ADD COLUMN IF NOT EXISTS import_id UInt64 CODEC(ZSTD(1));

-- imports: what was brought in from files, each by the hash of its file, so that it comes in once
-- and can be taken out again.  `days` are those that hold nothing but imported figures.
CREATE TABLE IF NOT EXISTS imports
(
    id          UInt64,
    site        String,
    kind        LowCardinality(String),
    state       LowCardinality(String),     -- started, done, undone
    days        Array(Date),
    merged_days Array(Date),                -- days that had events already
    events      UInt64,
    figures     UInt64,                     -- rows of daily_rows
    started_at  DateTime64(6, 'UTC'),
    changed_at  DateTime64(6, 'UTC')
)
ENGINE = ReplacingMergeTree(changed_at)
ORDER BY (site, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
