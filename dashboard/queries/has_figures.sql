-- has_figures: whether a site has counted anything yet.
-- params: site
-- rows:   one when it has
SELECT 1
FROM (
    SELECT 1 FROM event_rows WHERE site = {site:String} LIMIT 1
    UNION ALL
    SELECT 1 FROM daily_rows WHERE site = {site:String} LIMIT 1
)
LIMIT 1
