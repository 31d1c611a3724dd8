-- From product to purchase
-- How many sessions saw a product, put something into the cart, began to pay and bought, in this
-- order and within a day.
SELECT
    step,
    countIf(reached >= number) AS sessions
FROM (
    SELECT
        session,
        windowFunnel(86400)(
            toDateTime(time),
            name = 'pageview' AND path LIKE {product:String},
            name = 'Add to cart', name = 'Checkout started', name = 'Purchase'
        ) AS reached
    FROM events
    WHERE site = {site:String} AND day BETWEEN {since:Date} AND {until:Date} AND session != 0
    GROUP BY session
)
ARRAY JOIN
    ['Product seen', 'Add to cart', 'Checkout started', 'Purchase'] AS step,
    [1, 2, 3, 4] AS number
GROUP BY step, number
ORDER BY number
