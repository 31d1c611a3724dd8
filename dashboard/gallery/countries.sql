-- Countries
-- Visitors and purchases by country; few visitors are told together.
SELECT
    country,
    uniqExactIf(visitor, visitor != 0) AS visitors,
    countIf(name = 'Purchase')         AS purchases
FROM events
WHERE site = {site:String} AND day BETWEEN {since:Date} AND {until:Date}
GROUP BY country
HAVING visitors >= 5
ORDER BY visitors DESC, country
LIMIT 50
