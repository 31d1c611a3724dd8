-- remove_events_of_days: take away the events of some sites' days, in one month.
-- params: month, the partition's id; days, of sites
ALTER TABLE event_rows DELETE IN PARTITION ID {month:String}
WHERE (site, day) IN {days:Array(Tuple(String, Date))}
SETTINGS mutations_sync = 0
