-- consent_receipts: what was decided under one consent id, oldest first.
-- params: site; consent_id, hash
-- rows:   id, state, received_at, text_hash, version, scope, how
SELECT replaceAll(toString(id), '-', ''), state, received_at, text_hash, version, scope, how
FROM consent_receipts FINAL
WHERE site = {site:String}
  AND consent_id = {consent_id:UInt64}
  AND consent_id != 0
ORDER BY received_at, id
