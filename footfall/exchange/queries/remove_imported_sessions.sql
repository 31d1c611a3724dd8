-- remove_imported_sessions: take away the sessions that came with an import.
-- params: site; days; import_id
DELETE FROM session_rows
WHERE site = {site:String}
  AND day IN {days:Array(Date)}
  AND (day, session) IN (
      SELECT day, session
      FROM event_rows
      WHERE site = {site:String} AND day IN {days:Array(Date)} AND import_id = {import_id:UInt64}
          AND session != 0
  )
