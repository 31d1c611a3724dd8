-- list_requests: what visitors asked people, open ones first, soonest due first.
-- params: site ('' is any); state ('' is any); id ('' is any), 32 hex digits
-- rows:   id String (32 hex digits), site String, kind String, state String, asked_at DateTime64,
--         due Date, contact String, message String, notes String, changed_at DateTime64
SELECT
    replaceAll(toString(id), '-', '') AS number,
    site, kind, state, asked_at, due, contact, message, notes, changed_at
FROM privacy_requests FINAL
WHERE ({site:String} = '' OR site = {site:String})
  AND ({state:String} = '' OR state = {state:String})
  AND ({id:String} = '' OR replaceAll(toString(id), '-', '') = {id:String})
ORDER BY state != 'open', due, asked_at, number
