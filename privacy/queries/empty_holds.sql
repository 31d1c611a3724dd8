-- empty_holds: holds that go on and hold nothing any more.
-- rows:   id, kind, site, scope String (JSON), reason, owner, ends_on, events, created_at
SELECT id, kind, site, scope, reason, owner, ends_on, events, created_at
FROM holds FINAL
WHERE released_at IS NULL
    AND id NOT IN (SELECT arrayJoin(arrayPushFront(also.hold, hold)) FROM held_rows)
