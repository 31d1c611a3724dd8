-- Days of the week
-- Average visitors of a Monday, a Tuesday and so on. Days without a visitor are not in the
-- average.
SELECT
    ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][toDayOfWeek(day)] AS weekday,
    round(avg(visitors))                                                 AS visitors_a_day
FROM daily
WHERE site = {site:String} AND day BETWEEN {since:Date} AND {until:Date} AND dimension = '' AND currency = ''
GROUP BY weekday, toDayOfWeek(day)
ORDER BY toDayOfWeek(day)
