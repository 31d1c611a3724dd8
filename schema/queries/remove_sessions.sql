-- remove_sessions: take away the rows of sessions that are made again from their events.
-- params: sites; days, the sites' local ones; sessions
DELETE FROM session_rows
WHERE site IN {sites:Array(String)}
  AND day IN {days:Array(Date)}
  AND session IN {sessions:Array(UInt64)}
