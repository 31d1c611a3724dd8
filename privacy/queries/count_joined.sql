-- count_joined: how many rows of a scope are held by others and not by one hold.
-- params: hold; a scope's
-- rows:   one: joined UInt64
SELECT count() AS joined
FROM held_rows
WHERE hold != toUUID({hold:String}) AND NOT has(also.hold, toUUID({hold:String})) AND {scope}
