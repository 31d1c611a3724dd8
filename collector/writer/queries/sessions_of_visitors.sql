-- sessions_of_visitors: every session of some visitors; theirs are of one day.
-- params: sites, days and visitors, of the events whose sessions are looked for
-- rows:   visitor UInt64, session UInt64, started_at DateTime64(3), ended_at DateTime64(3)
SELECT
    max(visitor)    AS of_visitor,
    session,
    min(started_at) AS first_at,
    max(ended_at)   AS last_at
FROM session_rows
WHERE site IN {sites:Array(String)}
  AND day IN {days:Array(Date)}
GROUP BY site, day, session
HAVING of_visitor IN {visitors:Array(UInt64)}
