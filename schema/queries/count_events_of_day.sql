-- count_events_of_day: rows a site's day has, engagements too.
-- params: site; day
-- rows:   count UInt64
SELECT count() FROM event_rows WHERE site = {site:String} AND day = {day:Date}
