-- privacy_acts: what visitors and operators asked for, and how far it is done.  Written before the
-- first row is touched, so that one that was cut off goes on with what it found.
CREATE TABLE IF NOT EXISTS privacy_acts
(
    id          UUID,
    site        String,
    kind        LowCardinality(String),      -- erasure, correction, hold, release
    state       LowCardinality(String),      -- begun, done
    asked_by    String,                      -- 'visitor', a user's id or 'cli'
    asked_at    DateTime64(6, 'UTC'),
    done_at     DateTime64(6, 'UTC'),        -- 1970 until it is done
    events      UInt64,                      -- rows of events, engagements too
    held        UInt64,                      -- of these, rows that a restriction held
    kept        UInt64,                      -- beside these, rows that the law or a fraud's hold keeps
    sessions    UInt64,                      -- done: sessions that are gone
    days        Array(Date),                 -- begun: of the sessions to be made again
    session_ids Array(UInt64),
    partitions  Array(String),
    changed_at  DateTime64(6, 'UTC')
)
ENGINE = ReplacingMergeTree(changed_at)
ORDER BY id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- privacy_receipts: the receipt of each erasure, as it was signed.
CREATE TABLE IF NOT EXISTS privacy_receipts
(
    id        UUID,
    site      String,
    done_at   DateTime64(6, 'UTC'),
    receipt   String,                        -- JSON
    signature String                         -- Ed25519, base64
)
ENGINE = ReplacingMergeTree
ORDER BY id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- privacy_requests: questions and complaints of visitors that a person answers.
CREATE TABLE IF NOT EXISTS privacy_requests
(
    id         UUID,
    site       String,
    kind       LowCardinality(String),
    state      LowCardinality(String),       -- open, done, refused
    asked_at   DateTime64(6, 'UTC'),
    due        Date,
    contact    String,
    message    String,
    notes      String,
    changed_at DateTime64(6, 'UTC')
)
ENGINE = ReplacingMergeTree(changed_at)
ORDER BY id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- holds: why rows are kept apart: a visitor's restriction, or the law's or a fraud's hold on them.
CREATE TABLE IF NOT EXISTS holds
(
    id          UUID,
    kind        LowCardinality(String),      -- restriction, legal, fraud
    site        String,
    scope       String,                      -- JSON
    reason      String,
    owner       String,                      -- a user's id; '' for a restriction
    ends_on     Nullable(Date),
    events      UInt64,
    created_at  DateTime64(6, 'UTC'),
    released_at Nullable(DateTime64(6, 'UTC')),
    changed_at  DateTime64(6, 'UTC')
)
ENGINE = ReplacingMergeTree(changed_at)
ORDER BY id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- held_rows: the rows of `event_rows` that are held, which no view, page, export, purge or erasure
-- reaches.  The columns after the first three are those of `event_rows`, in their order.
CREATE TABLE IF NOT EXISTS held_rows AS event_rows
ENGINE = MergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (site, day, sample, time)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE held_rows
    ADD COLUMN IF NOT EXISTS hold UUID FIRST,
    ADD COLUMN IF NOT EXISTS kind LowCardinality(String) AFTER hold,     -- as of its hold
    ADD COLUMN IF NOT EXISTS is_erased Bool DEFAULT false AFTER kind;    -- asked for meanwhile: it never comes back
