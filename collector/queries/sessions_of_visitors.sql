-- sessions_of_visitors: every session of some visitors; theirs are of one day.
-- params: visitors
-- rows:   visitor UInt64, session UInt64, started_at DateTime64(3), ended_at DateTime64(3)
SELECT
    max(visitor)    AS of_visitor,
    session,
    min(started_at) AS first_at,
    max(ended_at)   AS last_at
FROM session_rows
WHERE day >= today() - 2
GROUP BY site, day, session
HAVING of_visitor IN {visitors:Array(UInt64)}
