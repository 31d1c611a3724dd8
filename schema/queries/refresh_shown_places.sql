-- refresh_shown_places: regions, and cities in them, that had enough visitors on a day to be shown.
-- params: site; day; small_number; shown_at, UTC
-- A city shows only where its region does: the city's name would tell the region.
INSERT INTO shown_places (site, day, country, region, city, shown_at)
WITH
    one_session AS
    (
        SELECT
            max(r.visitor) AS visitor, max(r.country) AS country, max(r.region) AS region,
            max(r.city) AS city
        FROM session_rows AS r
        WHERE r.site = {site:String} AND r.day = {day:Date}
        GROUP BY r.session
    ),
    shown_regions AS
    (
        SELECT country, region
        FROM one_session
        WHERE region != '' AND visitor != 0
        GROUP BY country, region
        HAVING uniqExact(visitor) >= {small_number:UInt32}
    )
SELECT {site:String}, {day:Date}, country, region, '', {shown_at:DateTime64(3, 'UTC')}
FROM shown_regions
UNION ALL
SELECT {site:String}, {day:Date}, country, region, city, {shown_at:DateTime64(3, 'UTC')}
FROM one_session
WHERE city != '' AND visitor != 0
    AND (region = '' OR (country, region) IN (SELECT country, region FROM shown_regions))
GROUP BY country, region, city
HAVING uniqExact(visitor) >= {small_number:UInt32}
