-- Who may be counted, who may look, and what they did.  Slow-changing: the newest row of a key wins.
CREATE TABLE IF NOT EXISTS sites
(
    name           String,
    timezone       String,                     -- IANA, of the reporting day
    next_timezone  String,                     -- '' or the zone that counts from next_from on
    next_from      Date,
    hostnames      Array(String),              -- empty: the name and its subdomains; '*' is any
    small_number   UInt16,
    signal         LowCardinality(String),     -- 'nobody' or 'drop': what GPC and DNT do
    excluded_networks Array(String),           -- CIDRs that are not counted
    excluded_paths Array(String),
    removed        Bool,
    changed_at     DateTime64(6, 'UTC')
)
ENGINE = ReplacingMergeTree(changed_at)
ORDER BY name
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS users
(
    id            UUID,
    email         String,
    role          LowCardinality(String),      -- owner, analyst, viewer, seller
    sites         Array(String),               -- empty: all
    path_prefixes Array(String),               -- seller: what its pages begin with
    password_hash String,                      -- argon2id, with its parameters
    one_time      Bool,                        -- the password works once and is then replaced
    session_epoch UInt32,                      -- raised to end every session of the user
    removed       Bool,
    changed_at    DateTime64(6, 'UTC')
)
ENGINE = ReplacingMergeTree(changed_at)
ORDER BY id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS tokens
(
    id          UUID,
    name        String,
    scope       LowCardinality(String),        -- stats, sql, events
    sites       Array(String),                 -- empty: all
    secret_hash String,                        -- SHA-256 of 256 random bits, hex
    removed     Bool,
    changed_at  DateTime64(6, 'UTC')
)
ENGINE = ReplacingMergeTree(changed_at)
ORDER BY id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- audit_rows: every use, one record, append only; each holds the hash of the one before it in the
-- chain of the process that wrote it.  Never anything about a visitor.
CREATE TABLE IF NOT EXISTS audit_rows
(
    chain     UUID,
    number    UInt64,
    at        DateTime64(6, 'UTC'),
    actor     String,                          -- a user's or token's id, 'cli', 'system', or '' when unknown
    action    LowCardinality(String),
    site      String,
    rows      UInt64,
    purpose   String,
    detail    String,
    previous  FixedString(32),
    hash      FixedString(32)
)
ENGINE = MergeTree
ORDER BY (chain, number)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
