-- blank_event_cities: take region and city off the events of some sites' days, in one month.
-- params: month, the partition's id; days, of sites
ALTER TABLE event_rows UPDATE region = '', city = '' IN PARTITION ID {month:String}
WHERE (site, day) IN {days:Array(Tuple(String, Date))} AND (region != '' OR city != '')
SETTINGS mutations_sync = 0
