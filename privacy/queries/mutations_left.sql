-- mutations_left: changes of a table's rows that are under way.
-- params: table
-- rows:   one: how many, and why the last of them that failed did, '' when none
SELECT count(), max(latest_fail_reason)
FROM system.mutations
WHERE database = currentDatabase() AND table = {table:String} AND NOT is_done
