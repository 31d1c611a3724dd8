-- running_mutations: how many changes of rows were begun and are not finished.
-- rows:   one: running UInt64
SELECT count() AS running
FROM system.mutations
WHERE database = currentDatabase() AND table IN ('event_rows', 'held_rows') AND NOT is_done
