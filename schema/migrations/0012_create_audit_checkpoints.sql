-- audit_checkpoints: what the audit log held at a moment, signed; the same stands in a file outside
-- the database.
CREATE TABLE IF NOT EXISTS audit_checkpoints
(
    number     UInt64,
    at         DateTime64(6, 'UTC'),
    body       String,                         -- JSON: each chain's last record, and what was removed
    signature  FixedString(64),                -- Ed25519, of `body`
    signer     FixedString(32)                 -- the public key
)
ENGINE = MergeTree
ORDER BY number
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
