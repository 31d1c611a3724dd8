-- Revenue by day
-- What was sold each day, exact, one column of money for the currency given.
SELECT
    day,
    sum(e.revenue)                     AS revenue,
    count()                            AS purchases,
    round(sum(e.revenue) / count(), 2) AS average
FROM events AS e
WHERE site = {site:String} AND day BETWEEN {since:Date} AND {until:Date} AND name = 'Purchase' AND currency = {currency:String}
GROUP BY day
ORDER BY day
