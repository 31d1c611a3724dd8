-- left_out: beacons of a site that were well formed and not counted, by reason.
-- params: site; since and until, UTC instants, until excluded; samples, details of a reason
-- rows:   reason, of_reason, its beacons; detail ('' is none), n, the detail's beacons;
--         most beacons first, then most of a detail
SELECT
    reason,
    sum(sum(count)) OVER (PARTITION BY reason) AS of_reason,
    detail,
    sum(count)                                 AS n
FROM dropped_rows
WHERE site = {site:String} AND hour >= {since:DateTime('UTC')} AND hour < {until:DateTime('UTC')}
GROUP BY reason, detail
ORDER BY of_reason DESC, reason ASC, n DESC, detail ASC
LIMIT {samples:UInt16} BY reason
