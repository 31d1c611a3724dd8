-- retention_done: up to which day each class of each site is known to be gone.
-- rows:   site String, class String, until Date
SELECT site, class, max(until)
FROM retention_reports FINAL
WHERE state = 'done' AND found_after = 0
GROUP BY site, class
