-- find_dropped: counts of what was not counted, before an instant.
-- params: site; before, a UTC instant
-- rows:   one, found UInt64
SELECT uniqExact(hour, reason, detail) AS found
FROM dropped_rows
WHERE site = {site:String} AND hour < {before:DateTime('UTC')}
