-- Revenue by source
-- Which places bring buyers and which only bring lookers: revenue by where the session came from.
SELECT
    if(source = '', 'Direct / None', source)               AS source,
    uniqExactIf(visitor, visitor != 0)                     AS visitors,
    countIf(name = 'Purchase')                             AS purchases,
    sumIf(revenue, name = 'Purchase' AND currency = {currency:String}) AS revenue
FROM events
WHERE site = {site:String} AND day BETWEEN {since:Date} AND {until:Date}
GROUP BY source
ORDER BY revenue DESC, visitors DESC, source
LIMIT 50
