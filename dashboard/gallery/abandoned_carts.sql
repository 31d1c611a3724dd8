-- Carts that were left
-- By day: sessions with something in the cart, and how many of them did not buy.
SELECT
    day,
    count()                                          AS carts,
    countIf(NOT bought)                              AS left_behind,
    round(100 * left_behind / carts, 1)              AS percent
FROM (
    SELECT day, session, max(name = 'Purchase') AS bought
    FROM events
    WHERE site = {site:String} AND day BETWEEN {since:Date} AND {until:Date} AND session != 0
    GROUP BY day, session
    HAVING max(name = 'Add to cart')
)
GROUP BY day
ORDER BY day
