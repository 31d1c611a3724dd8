-- remove_folded_totals: take away what the values that were folded had before.
-- params: site; until, the last day looked at
-- Before the zeros that hide them: a moment without those would show both.
ALTER TABLE daily_rows DELETE
WHERE site = {site:String} AND day <= {until:Date} AND NOT is_folded
    AND (day, dimension, value, currency) IN (
        SELECT day, dimension, value, currency
        FROM daily_rows
        WHERE site = {site:String} AND day <= {until:Date} AND is_folded
    )
SETTINGS mutations_sync = 0
