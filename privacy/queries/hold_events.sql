-- hold_events: copy a scope's rows of one partition to those that are held.
-- params: partition; hold and kind; a scope's
INSERT INTO held_rows
SETTINGS insert_deduplicate = 0
SELECT toUUID({hold:String}), {kind:String}, false, [], *
FROM event_rows
WHERE _partition_id = {partition:String} AND {scope}
