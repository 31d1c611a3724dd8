-- Events of your own
-- Every event that the shop sends, with how many visitors had it.
SELECT
    name,
    count()                            AS events,
    uniqExactIf(visitor, visitor != 0) AS visitors
FROM events
WHERE site = {site:String} AND day BETWEEN {since:Date} AND {until:Date} AND name NOT IN ('pageview', 'engagement')
GROUP BY name
ORDER BY events DESC, name
