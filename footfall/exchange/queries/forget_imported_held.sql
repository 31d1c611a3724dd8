-- forget_imported_held: note on held rows that came with an import that they never come back.
-- params: site; days; import_id
ALTER TABLE held_rows UPDATE is_erased = true
WHERE site = {site:String} AND day IN {days:Array(Date)} AND import_id = {import_id:UInt64}
SETTINGS mutations_sync = 2
