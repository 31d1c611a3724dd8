-- remove_sessions_of_days: take away the sessions of some sites' days, in one month.
-- params: month, the partition's id; days, of sites
ALTER TABLE session_rows DELETE IN PARTITION ID {month:String}
WHERE (site, day) IN {days:Array(Tuple(String, Date))}
SETTINGS mutations_sync = 0
