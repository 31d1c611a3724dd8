-- blank_event_ids: make the events of some sites' days, in one month, those of nobody.
-- params: month, the partition's id; days, of sites
ALTER TABLE event_rows UPDATE visitor = 0, session = 0, page_id = 0, consent_id = 0
IN PARTITION ID {month:String}
WHERE (site, day) IN {days:Array(Tuple(String, Date))}
    AND (visitor != 0 OR session != 0 OR page_id != 0 OR consent_id != 0)
SETTINGS mutations_sync = 0
