-- saved_queries: questions in SQL that users keep, for themselves or for all who may ask in SQL.
CREATE TABLE IF NOT EXISTS saved_queries
(
    id         UUID,
    owner      UUID,                         -- a user's id
    name       String,
    text       String,
    shared     Bool,
    removed    Bool,
    changed_at DateTime64(6, 'UTC')
)
ENGINE = ReplacingMergeTree(changed_at)
ORDER BY id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- asked_queries: what each user asked lately, in full, for that user's eyes alone.  The audit log
-- keeps the same without its values, for longer.
CREATE TABLE IF NOT EXISTS asked_queries
(
    owner     UUID,
    at        DateTime64(3, 'UTC'),
    text      String,
    rows      UInt64,
    elapsed_s Float32,
    fault     String
)
ENGINE = MergeTree
ORDER BY (owner, at)
TTL toDateTime(at) + INTERVAL 30 DAY;
