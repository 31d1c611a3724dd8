-- What was not counted
-- Beacons that were left out, by reason and day: bots, referrer spam, objections.
SELECT
    toDate(hour) AS day,
    reason,
    sum(count)   AS beacons
FROM dropped
WHERE site = {site:String} AND hour >= {since:Date} AND hour < {until:Date} + 1
  AND NOT startsWith(reason, 'shadow:')
GROUP BY day, reason
ORDER BY day, beacons DESC, reason
