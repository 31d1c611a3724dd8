-- remove_day_places: forget what shown_places says of some days.
-- params: site; days
DELETE FROM shown_places WHERE site = {site:String} AND day IN {days:Array(Date)}
