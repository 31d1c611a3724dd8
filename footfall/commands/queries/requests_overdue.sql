-- requests_overdue: how many requests of visitors are open, and how many of these overdue.
-- params: today, a day
SELECT countIf(state = 'open'), countIf(state = 'open' AND due < {today:Date})
FROM privacy_requests FINAL
