-- remove_sessions: take away the rows of sessions that are made again from their events.
-- params: partition, the month of the days; sites; days, the sites' local ones; sessions
DELETE FROM session_rows IN PARTITION ID {partition:String}
WHERE site IN {sites:Array(String)}
  AND day IN {days:Array(Date)}
  AND session IN {sessions:Array(UInt64)}
