-- erased_partitions: where rows were deleted whose bytes are still in a part.
-- rows:   table String, partition String
SELECT DISTINCT table, partition_id AS partition
FROM system.parts
WHERE database = currentDatabase()
  AND active
  AND has_lightweight_delete
  AND table IN ('event_rows', 'session_rows', 'held_rows')
ORDER BY table, partition
