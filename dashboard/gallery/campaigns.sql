-- Campaigns
-- Sessions by the campaign parameters of the address they began with, with what they bought.
SELECT
    utm_source,
    utm_medium,
    utm_campaign,
    uniqExact(session)                       AS sessions,
    uniqExactIf(session, name = 'Purchase')  AS bought
FROM events
WHERE site = {site:String} AND day BETWEEN {since:Date} AND {until:Date} AND utm_campaign != '' AND session != 0
GROUP BY utm_source, utm_medium, utm_campaign
ORDER BY sessions DESC, utm_campaign, utm_source, utm_medium
LIMIT 50
