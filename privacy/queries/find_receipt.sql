-- find_receipt: the receipt of an erasure.
-- params: id, 32 hex digits; site
-- rows:   at most one: receipt String (JSON), signature String
SELECT receipt, signature
FROM privacy_receipts FINAL
WHERE id = toUUID({id:String}) AND site = {site:String}
