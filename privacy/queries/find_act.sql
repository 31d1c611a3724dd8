-- find_act: how far something that was asked for is done.
-- params: id, 32 hex digits
-- rows:   at most one: kind, state, site, events, held, kept, purged, sessions, sessions' days and ids, partitions,
--         done_at
SELECT kind, state, site, events, held, kept, purged, sessions, days, session_ids, partitions, done_at
FROM privacy_acts FINAL
WHERE id = toUUID({id:String})
