-- count_shared: how many rows several holds are on.
-- rows:   one: shared UInt64
SELECT count() AS shared FROM held_rows WHERE notEmpty(also)
