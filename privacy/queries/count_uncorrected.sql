-- count_uncorrected: how many rows of a scope do not say what they were made to say.
-- params: as of correct_events, without partition
-- rows:   one: uncorrected UInt64
SELECT count() AS uncorrected
FROM event_rows
WHERE
(
    ({corrects_place:Bool} AND (country, region, city) != ({country:String}, {region:String}, {city:String}))
    OR ({corrects_device:Bool} AND device != {device:String})
)
AND {scope}
