-- first_day: the first day of which a site has figures.
-- params: site
-- rows:   one, day Date; none for a site that counted nothing
SELECT min(day) AS first
FROM (
    SELECT min(day) AS day FROM day_closes WHERE site = {site:String} HAVING count() > 0
    UNION ALL
    SELECT min(day) AS day FROM event_rows WHERE site = {site:String} HAVING count() > 0
)
HAVING count() > 0
