-- Where sessions end
-- Last pages of sessions that did not bounce: where interest runs out.
SELECT
    exit_path,
    count() AS sessions
FROM sessions
WHERE site = {site:String} AND day BETWEEN {since:Date} AND {until:Date} AND NOT is_bounce
GROUP BY exit_path
ORDER BY sessions DESC, exit_path
LIMIT 50
