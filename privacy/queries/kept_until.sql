-- kept_until: how many rows of a scope the law or a fraud's hold keeps, and until when.
-- params: a scope's
-- rows:   one: kept UInt64; endless UInt64, of these under a hold without an end; last_day Date or NULL
SELECT count() AS kept, countIf(ends.last_day IS NULL) AS endless, max(ends.last_day) AS last_day
FROM
(
    SELECT one.1 AS id, one.2 AS kind
    FROM
    (
        SELECT arrayJoin(arrayPushFront(also, (hold, toString(kind)))) AS one
        FROM held_rows
        WHERE kind != 'restriction' AND {scope}
    )
) AS held
LEFT JOIN (SELECT id, ends_on AS last_day FROM holds FINAL) AS ends ON ends.id = held.id
WHERE held.kind != 'restriction'
