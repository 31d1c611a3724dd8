-- Looked at and put into the cart
-- Product pages by how often a look becomes a cart: much looked at and seldom taken is a price, a
-- photo or a stock to check.
SELECT
    path,
    uniqExactIf(session, name = 'pageview')    AS looked,
    uniqExactIf(session, name = 'Add to cart') AS took,
    round(100 * took / looked, 1)              AS percent
FROM events
WHERE site = {site:String} AND day BETWEEN {since:Date} AND {until:Date} AND path LIKE {product:String} AND session != 0
GROUP BY path
HAVING looked > 0
ORDER BY looked DESC, path
LIMIT 50
