-- open_sessions: sessions that an event after `since` may still join.
-- params: since, a UTC instant
-- rows:   visitor UInt64, session UInt64, started_at DateTime64(3), ended_at DateTime64(3)
SELECT
    max(visitor)    AS of_visitor,
    session,
    min(started_at) AS first_at,
    max(ended_at)   AS last_at
FROM session_rows
-- No session crosses a local midnight, and no zone is more than 14 hours from UTC.
WHERE day >= toDate({since:DateTime64(3, 'UTC')}) - 1
GROUP BY site, day, session
HAVING last_at >= {since:DateTime64(3, 'UTC')}
