-- parts_elsewhere: the parts in use that do not lie on a disk.
-- params: disk, the engine's name of it
-- rows:   table String, part String
SELECT table, name AS part
FROM system.parts
WHERE database = currentDatabase()
  AND active
  AND disk_name != {disk:String}
ORDER BY table, part
