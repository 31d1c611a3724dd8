-- list_holds: every hold, newest first.
-- rows:   id UUID, kind String, site String, scope String (JSON), reason String, owner String, ends_on
--         Date or NULL, events UInt64, created_at and released_at (NULL while it lasts), UTC instants
SELECT id, kind, site, scope, reason, owner, ends_on, events, created_at, released_at
FROM holds FINAL
ORDER BY created_at DESC, id
