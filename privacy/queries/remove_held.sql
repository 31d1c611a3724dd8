-- remove_held: take held rows out of one partition.
-- params: partition; hold and a scope's
DELETE FROM held_rows IN PARTITION ID {partition:String} WHERE {held}
