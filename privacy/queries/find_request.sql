-- find_request: whether a request is known already.
-- params: id, 32 hex digits
-- rows:   one: known UInt64
SELECT count() AS known FROM privacy_requests WHERE id = toUUID({id:String})
