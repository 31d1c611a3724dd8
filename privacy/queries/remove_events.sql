-- remove_events: take a scope's rows out of one partition, at once for every reader.  What is left of
-- their bytes goes when the part is written again, see `wipe_partition`.
-- params: partition; a scope's
DELETE FROM event_rows IN PARTITION ID {partition:String} WHERE {scope}
