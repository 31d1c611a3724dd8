-- Cities for delivery
-- Cities that visitors came from. Cities with fewer visitors in a day than the site's small number
-- stand under an empty name.
SELECT
    country,
    city,
    uniqExactIf(visitor, visitor != 0) AS visitors
FROM events
WHERE site = {site:String} AND day BETWEEN {since:Date} AND {until:Date}
GROUP BY country, city
ORDER BY visitors DESC, country, city
LIMIT 50
