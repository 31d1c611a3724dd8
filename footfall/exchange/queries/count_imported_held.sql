-- count_imported_held: how many rows that came with an import are held.
-- params: site; days; import_id
-- rows:   one: held UInt64
SELECT count() AS held
FROM held_rows
WHERE site = {site:String} AND day IN {days:Array(Date)} AND import_id = {import_id:UInt64}
