-- sites.keep: for how many days a class of columns is kept, where the site says so: 'cities=30'.
ALTER TABLE sites ADD COLUMN IF NOT EXISTS keep Array(String) AFTER rule_modes;

-- daily_rows.is_folded: the value went into '(other)' for good; its row is 0 and is taken away next.
ALTER TABLE daily_rows ADD COLUMN IF NOT EXISTS is_folded Bool CODEC(ZSTD(1));

-- retention_reports: what each run found past its time, removed, and found again afterwards.  A row
-- stands as 'started' before anything is removed: from then on figures of days up to `until` are
-- read from their totals.
CREATE TABLE IF NOT EXISTS retention_reports
(
    site        LowCardinality(String),
    class       LowCardinality(String),     -- cities, ids, events, totals, dropped
    until       Date,                       -- the last of the site's days that must have lost it
    found       UInt64,
    removed     UInt64,
    found_after UInt64,
    state       LowCardinality(String),     -- started, done
    started_at  DateTime64(6, 'UTC'),
    took_ms     UInt64,
    changed_at  DateTime64(6, 'UTC')
)
ENGINE = ReplacingMergeTree(changed_at)
ORDER BY (site, class, started_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
