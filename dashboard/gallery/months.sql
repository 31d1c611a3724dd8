-- Months from the daily figures
-- Long ranges from the closed days, which stay when the rows behind them are gone.
SELECT
    toStartOfMonth(day) AS month,
    sum(d.visitors)     AS visitors,
    sum(d.sessions)     AS sessions,
    sum(d.pageviews)    AS pageviews,
    round(100 * sum(d.bounces) / sum(d.sessions), 1) AS bounced_percent
FROM daily AS d
WHERE site = {site:String} AND day BETWEEN {since:Date} AND {until:Date} AND dimension = '' AND currency = ''
GROUP BY month
ORDER BY month
