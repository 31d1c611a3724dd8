-- correct_events: make a scope's rows of one partition say another place or device.
-- params: partition; corrects_place, with country, region and city; corrects_device, with device; a
--         scope's
ALTER TABLE event_rows
UPDATE
    country = if({corrects_place:Bool}, {country:String}, country),
    region  = if({corrects_place:Bool}, {region:String}, region),
    city    = if({corrects_place:Bool}, {city:String}, city),
    device  = if({corrects_device:Bool}, {device:String}, device)
IN PARTITION ID {partition:String}
WHERE {scope}
SETTINGS mutations_sync = 2
