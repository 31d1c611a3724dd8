-- Against the time before
-- Each channel's visitors in the period and in the one of the same length before it.
SELECT
    channel,
    uniqExactIf(visitor, day >= {since:Date}) AS visitors,
    uniqExactIf(visitor, day < {since:Date})  AS before,
    visitors - toInt64(before)                AS change
FROM events
WHERE site = {site:String} AND visitor != 0
  AND day BETWEEN {since:Date} - ({until:Date} - {since:Date} + 1) AND {until:Date}
GROUP BY channel
ORDER BY visitors DESC, channel
