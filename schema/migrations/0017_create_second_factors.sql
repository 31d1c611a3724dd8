-- user_second_factors: what a user's authenticator app shares with us.  Slow-changing: the newest
-- row of a user wins.
CREATE TABLE IF NOT EXISTS user_second_factors
(
    user            UUID,
    secret          String,                  -- base32, or sealed where encryption is on; '' is off
    used_step       UInt64,                  -- 30 seconds' number of the last code taken (RFC 6238)
    recovery_hashes Array(String),           -- SHA-256 of 120 random bits each, hex; unused ones
    changed_at      DateTime64(6, 'UTC')
)
ENGINE = ReplacingMergeTree(changed_at)
ORDER BY user
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
