-- What a browser may keep and send: 'cookieless', 'consent' or 'strict'.
ALTER TABLE sites ADD COLUMN IF NOT EXISTS consent LowCardinality(String) DEFAULT 'cookieless' AFTER rule_modes;

-- consent_receipts: each grant, refusal and withdrawal.  A repeat after a crash is one row.
CREATE TABLE IF NOT EXISTS consent_receipts
(
    site        LowCardinality(String),
    consent_id  UInt64,                      -- hash; 0 for a refusal, which has none
    id          UUID,
    state       LowCardinality(String),      -- granted, denied, withdrawn
    received_at DateTime64(6, 'UTC'),
    text_hash   String,                      -- SHA-256 of the text that was shown, hex; '' when not told
    version     String,                      -- of that text, as the shop names it
    scope       String,                      -- what was asked, such as 'statistics' or '1 8'
    how         LowCardinality(String)       -- call, tcf, gcm
)
ENGINE = ReplacingMergeTree
ORDER BY (site, consent_id, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
