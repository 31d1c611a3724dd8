-- has_events: whether a site has any event.
-- params: site
-- rows:   one UInt8 if it has, none if not
SELECT 1
FROM event_rows
WHERE site = {site:String}
LIMIT 1
