-- Conversion by channel
-- Of the sessions that came through each channel, how many bought something.
SELECT
    channel,
    uniqExact(session)                           AS sessions,
    uniqExactIf(session, name = 'Purchase')      AS bought,
    round(100 * bought / sessions, 2)            AS percent
FROM events
WHERE site = {site:String} AND day BETWEEN {since:Date} AND {until:Date} AND session != 0
GROUP BY channel
ORDER BY sessions DESC, channel
