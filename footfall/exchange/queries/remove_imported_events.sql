-- remove_imported_events: take away the events that came with an import.
-- params: site; days; import_id
DELETE FROM event_rows
WHERE site = {site:String} AND day IN {days:Array(Date)} AND import_id = {import_id:UInt64}
