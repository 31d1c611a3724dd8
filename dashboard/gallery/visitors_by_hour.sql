-- Hours of the day
-- When in the day the shop is busy, in the time zone given: for opening the chat, or for sending a
-- letter.
SELECT
    toHour(time, {timezone:String}) AS hour,
    uniqExactIf(visitor, visitor != 0) AS visitors,
    countIf(name = 'Purchase')         AS purchases
FROM events
WHERE site = {site:String} AND day BETWEEN {since:Date} AND {until:Date}
GROUP BY hour
ORDER BY hour
