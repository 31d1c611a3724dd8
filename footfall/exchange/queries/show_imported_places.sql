-- show_imported_places: regions that had enough visitors in imported figures to be shown.
-- params: site; days; small_number; shown_at, UTC
-- Cities are not among imported figures: peers name them by numbers of another database.
INSERT INTO shown_places (site, day, country, region, city, shown_at)
SELECT site, day, splitByChar('-', value)[1], value, '', {shown_at:DateTime64(3, 'UTC')}
FROM daily_rows FINAL
WHERE site = {site:String} AND day IN {days:Array(Date)} AND dimension = 'region'
    AND visitors >= {small_number:UInt32}
