-- remove_day_closes: forget what day_closes says of some days.
-- params: site; days
DELETE FROM day_closes WHERE site = {site:String} AND day IN {days:Array(Date)}
