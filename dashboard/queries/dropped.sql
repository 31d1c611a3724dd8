-- dropped: beacons of a site that were well formed and not counted.
-- params: site; since and until, UTC instants, until excluded
-- rows:   count
SELECT sum(count)
FROM dropped_rows
WHERE site = {site:String} AND hour >= {since:DateTime('UTC')} AND hour < {until:DateTime('UTC')}
