-- nobody_pageviews: pageviews of a view that were counted for nobody.
-- params: those of every_session and every_event; closed_days, read from daily_rows
-- rows:   count
-- A closed day has them as the pageviews of the site less those of all sessions, by channel.
SELECT sum(n)
FROM
(
    SELECT toInt64(pageviews) * if(dimension = '', 1, -1) AS n
    FROM daily_rows FINAL
    WHERE site = {site:String} AND dimension IN ('', 'channel')
        AND day IN {closed_days:Array(Date)} AND currency = ''

    UNION ALL

    SELECT toInt64(countIf(name = 'pageview' AND visitor = 0)) AS n FROM one_event
)
