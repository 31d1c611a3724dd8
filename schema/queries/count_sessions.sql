-- count_sessions: how many of some sessions there are.
-- params: sites; days, the sites' local ones; sessions
-- rows:   one: found UInt64
SELECT uniqExact(site, day, session) AS found
FROM session_rows
WHERE site IN {sites:Array(String)}
  AND day IN {days:Array(Date)}
  AND session IN {sessions:Array(UInt64)}
