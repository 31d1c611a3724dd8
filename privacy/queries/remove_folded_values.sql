-- remove_folded_values: take away the zeros of the values that were folded.
-- params: site; until, the last day looked at
ALTER TABLE daily_rows DELETE
WHERE site = {site:String} AND day <= {until:Date} AND is_folded
SETTINGS mutations_sync = 0
