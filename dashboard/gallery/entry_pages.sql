-- Where sessions begin
-- First pages of sessions, and how many leave again at once.
SELECT
    entry_path,
    count()                                  AS sessions,
    round(100 * countIf(is_bounce) / count(), 1) AS bounced_percent,
    round(avg(duration_s))                   AS seconds
FROM sessions
WHERE site = {site:String} AND day BETWEEN {since:Date} AND {until:Date}
GROUP BY entry_path
ORDER BY sessions DESC, entry_path
LIMIT 50
