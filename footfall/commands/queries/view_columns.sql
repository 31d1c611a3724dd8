-- view_columns: every column that analysts can read, view by view.
SELECT table, name
FROM system.columns
WHERE database = currentDatabase() AND table IN ('events', 'sessions', 'daily', 'dropped')
ORDER BY table, position
