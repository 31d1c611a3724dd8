-- return_events: copy held rows of one partition back to those that are counted, but what was erased
-- meanwhile or is past its retention.
-- params: partition; keep_since, a local day; hold and a scope's
INSERT INTO event_rows
SETTINGS insert_deduplicate = 0
SELECT * EXCEPT (hold, kind, is_erased)
FROM held_rows
WHERE _partition_id = {partition:String} AND NOT is_erased AND day >= {keep_since:Date} AND {held}
