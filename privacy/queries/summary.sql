-- summary: how much a scope finds, and nothing of what.
-- params: a scope's
-- rows:   one: events UInt64, pageviews UInt64, sessions UInt64
SELECT
    countIf(name != 'engagement')          AS events,
    countIf(name = 'pageview')             AS pageviews,
    uniqExactIf((day, session), session != 0) AS sessions
FROM event_rows
WHERE {scope}
