-- fold_totals: put the small values of a site's closed day into one, by each dimension.
-- params: site; day; small_number; other, the value they go into; folded_at, UTC
-- What is small is as in find_totals.sql.  One that would fold alone would be the difference to the
-- site's total: the next smallest goes with it, of equal ones the last, as in small_numbers.py.
-- A value that goes is written as 0, so that sums are right at every moment, and taken away next.
-- One block, so that either all of it stands or nothing.
INSERT INTO daily_rows
    (site, day, dimension, value, currency, visitors, sessions, pageviews, events, bounces,
     duration_s, revenue, closed_at, is_folded)
WITH
    figures AS
    (
        SELECT * REPLACE (toString(currency) AS currency, toString(dimension) AS dimension)
        FROM daily_rows FINAL
        WHERE site = {site:String} AND day = {day:Date} AND dimension != '' AND NOT is_folded
    ),
    reached AS
    (
        SELECT
            dimension,
            value,
            max(figures.visitors) AS of_visitors,
            max(figures.events)   AS of_events,
            value != {other:String} AND of_visitors < {small_number:UInt16}
                AND (of_visitors > 0 OR of_events < {small_number:UInt16}) AS is_small
        FROM figures
        GROUP BY dimension, value
    ),
    ranked AS
    (
        SELECT
            dimension,
            value,
            is_small,
            -- Values that nobody had keep nobody company.
            countIf(is_small AND of_events > 0) OVER of_dimension AS small_values,
            countIf(value = {other:String}) OVER of_dimension     AS other_values,
            row_number() OVER (
                PARTITION BY dimension, is_small OR of_visitors = 0 OR value = {other:String}
                ORDER BY of_visitors ASC, value DESC
            ) = 1 AND NOT is_small AND of_visitors > 0 AND value != {other:String} AS is_next
        FROM reached
        WINDOW of_dimension AS (PARTITION BY dimension)
    ),
    folding AS
    (
        SELECT dimension, value
        FROM ranked
        WHERE is_small OR (is_next AND small_values = 1 AND other_values = 0)
    )
SELECT
    {site:String}, {day:Date}, dimension, value, currency, 0, 0, 0, 0, 0, 0, toDecimal64(0, 4),
    {folded_at:DateTime64(3, 'UTC')}, true
FROM figures
WHERE (dimension, value) IN (SELECT dimension, value FROM folding)

UNION ALL

SELECT
    {site:String}, {day:Date}, dimension, {other:String}, currency, sum(figures.visitors),
    sum(figures.sessions), sum(figures.pageviews), sum(figures.events), sum(figures.bounces),
    sum(figures.duration_s), sum(figures.revenue), {folded_at:DateTime64(3, 'UTC')}, false
FROM figures
WHERE (dimension, value) IN (SELECT dimension, value FROM folding)
    OR (value = {other:String} AND dimension IN (SELECT dimension FROM folding))
GROUP BY dimension, currency
HAVING sum(figures.visitors) + sum(figures.sessions) + sum(figures.events) > 0 OR sum(figures.revenue) != 0
SETTINGS max_threads = 1, max_insert_threads = 1
