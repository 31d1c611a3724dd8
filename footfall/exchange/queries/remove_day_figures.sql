-- remove_day_figures: forget what daily_rows says of some days.
-- params: site; days
DELETE FROM daily_rows WHERE site = {site:String} AND day IN {days:Array(Date)}
