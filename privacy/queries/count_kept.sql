-- count_kept: how many rows of a scope a hold keeps that an erasure does not end.
-- params: a scope's
-- rows:   one: kept UInt64
SELECT count() AS kept FROM held_rows WHERE kind != 'restriction' AND NOT is_erased AND {scope}
