-- returning: browsers with a consent, and how many of them came back.  The only question that joins
-- days: it reads consent ids and nothing of the cookieless pseudonyms, and no other reads these.
-- params: site; since and until, days included; today, the last day there is
-- rows:   one: consented, seen from since to until; returning, of these seen on an earlier day, too;
--         fresh_7, first seen from since to until and at least 7 days before today; back_7, of these
--         seen again within 7 days; fresh_30 and back_30, the same of 30 days
SELECT
    count()                                              AS consented,
    countIf(first_day < last_day)                        AS returning,
    countIf(first_day >= {since:Date} AND first_day + 7 <= {today:Date})  AS fresh_7,
    countIf(first_day >= {since:Date} AND first_day + 7 <= {today:Date}
        AND arrayExists(seen -> seen > first_day AND seen <= first_day + 7, days))  AS back_7,
    countIf(first_day >= {since:Date} AND first_day + 30 <= {today:Date}) AS fresh_30,
    countIf(first_day >= {since:Date} AND first_day + 30 <= {today:Date}
        AND arrayExists(seen -> seen > first_day AND seen <= first_day + 30, days)) AS back_30
FROM
(
    SELECT
        groupUniqArray(day)                              AS days,
        min(day)                                         AS first_day,
        maxIf(day, day >= {since:Date} AND day <= {until:Date}) AS last_day
    FROM event_rows
    WHERE site = {site:String}
      AND consent_id != 0
      AND day <= {today:Date}
    GROUP BY consent_id
    HAVING last_day >= {since:Date}
)
