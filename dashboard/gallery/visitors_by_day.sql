-- Visitors and pageviews by day
-- How many came each day, and how many pages they looked at. Visitors of different days never
-- overlap, so the days add up.
SELECT
    day,
    uniqExactIf(visitor, visitor != 0) AS visitors,
    countIf(name = 'pageview')         AS pageviews
FROM events
WHERE site = {site:String} AND day BETWEEN {since:Date} AND {until:Date}
GROUP BY day
ORDER BY day
