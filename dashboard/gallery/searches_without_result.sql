-- Searches that found nothing
-- Pages on which a search gave no result, by day: what people want and the shop does not show.
SELECT
    day,
    countIf(props['results'] = '0') AS found_nothing,
    count()                         AS searches
FROM events
WHERE site = {site:String} AND day BETWEEN {since:Date} AND {until:Date} AND name = 'Search'
GROUP BY day
ORDER BY day
