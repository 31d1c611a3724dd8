-- Products put into the cart
-- What goes into carts most, by the property that the shop sends along.
SELECT
    props['product']                   AS product,
    count()                            AS times,
    uniqExactIf(visitor, visitor != 0) AS visitors
FROM events
WHERE site = {site:String} AND day BETWEEN {since:Date} AND {until:Date} AND name = 'Add to cart'
GROUP BY product
ORDER BY times DESC, product
LIMIT 50
