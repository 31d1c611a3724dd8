-- count_folded_values: values that were folded and still stand as zeros.
-- params: site; until, the last day looked at
-- rows:   one, count UInt64
SELECT count()
FROM daily_rows
WHERE site = {site:String} AND day <= {until:Date} AND is_folded
