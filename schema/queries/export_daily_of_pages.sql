-- export_daily_of_pages: the figures of pages under some prefixes, for who may see a part of a site.
-- params: site; since and until, days, both included; prefixes; small_number; others, their name
-- Pages of a day with fewer visitors than the site's small number are one row, and one that would
-- fold alone takes the next smallest with it: privacy/small_numbers.py, as SQL.  The visitors of
-- that row are the sum of its pages'.
WITH
    pages AS
    (
        SELECT
            *,
            max(visitors) OVER of_page AS reached
        FROM daily
        WHERE site = {site:String} AND day >= {since:Date} AND day <= {until:Date}
            AND dimension = 'page'
            AND arrayExists(prefix -> startsWith(value, prefix), {prefixes:Array(String)})
        WINDOW of_page AS (PARTITION BY day, value)
    ),
    ranked AS
    (
        SELECT
            *,
            countIf(currency = '' AND reached > 0 AND reached < {small_number:UInt16})
                OVER (PARTITION BY day) AS small_pages,
            dense_rank() OVER (
                PARTITION BY day, reached < {small_number:UInt16} ORDER BY reached, value DESC
            ) AS place
        FROM pages
    )
SELECT
    site,
    day,
    dimension,
    if(reached < {small_number:UInt16} AND small_pages > 0
        OR small_pages = 1 AND place = 1, {others:String}, value) AS page,
    sum(ranked.visitors)   AS visitors,
    sum(ranked.sessions)   AS sessions,
    sum(ranked.pageviews)  AS pageviews,
    sum(ranked.events)     AS events,
    sum(ranked.bounces)    AS bounces,
    sum(ranked.duration_s) AS duration_s,
    sum(ranked.revenue)    AS revenue,
    currency
FROM ranked
GROUP BY site, day, dimension, page, currency
ORDER BY day, page, currency
