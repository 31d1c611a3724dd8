-- Phones and computers
-- By device: sessions, how long they last, how many bounce.
SELECT
    device,
    count()                                      AS sessions,
    round(avg(duration_s))                       AS seconds,
    round(100 * countIf(is_bounce) / count(), 1) AS bounced_percent
FROM sessions
WHERE site = {site:String} AND day BETWEEN {since:Date} AND {until:Date}
GROUP BY device
ORDER BY sessions DESC, device
