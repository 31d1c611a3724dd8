-- audit_actions: every action on record.
SELECT DISTINCT action
FROM audit_rows
ORDER BY action
