-- unlink_events: make a scope's rows of one partition count for nobody.
-- params: partition; a scope's
ALTER TABLE event_rows
UPDATE
    visitor    = 0,
    session    = 0,
    starts     = false,
    page_id    = 0,
    consent_id = 0,
    region     = '',
    city       = ''
IN PARTITION ID {partition:String}
WHERE {scope}
SETTINGS mutations_sync = 2
