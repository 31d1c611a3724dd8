-- remove_dropped: take away the counts of what a site did not count before an instant.
-- params: site; before, a UTC instant
ALTER TABLE dropped_rows DELETE
WHERE site = {site:String} AND hour < {before:DateTime('UTC')}
SETTINGS mutations_sync = 0
