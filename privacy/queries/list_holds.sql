-- list_holds: every hold, newest first.
-- params: id, 32 hex digits ('' is any)
-- rows:   id UUID, kind String, site String, scope String (JSON), reason String, owner String, ends_on
--         Date or NULL, events UInt64, created_at and released_at (NULL while it lasts), UTC instants;
--         held UInt64, rows that it is on now
SELECT h.id, h.kind, h.site, h.scope, h.reason, h.owner, h.ends_on, h.events, h.created_at, h.released_at, c.held
FROM (SELECT * FROM holds FINAL) AS h
LEFT JOIN
(
    SELECT arrayJoin(arrayPushFront(also.hold, hold)) AS of_hold, count() AS held
    FROM held_rows
    GROUP BY of_hold
) AS c ON c.of_hold = h.id
WHERE {id:String} = '' OR h.id = toUUIDOrZero({id:String})
ORDER BY h.created_at DESC, h.id
