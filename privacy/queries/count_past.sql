-- count_past: how many of a hold's rows, or a scope's restricted ones, go when it ends.
-- params: keep_since, a local day; hold and a scope's
-- rows:   one: past UInt64
SELECT countIf(is_erased OR day < {keep_since:Date}) AS past FROM held_rows WHERE {held}
