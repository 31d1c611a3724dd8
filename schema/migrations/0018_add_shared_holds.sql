-- held_rows.also: the other holds on the same row, with their kinds, so that the row stays until the
-- last of them ends.  `hold` and `kind` are a restriction's only where all of them are.
ALTER TABLE held_rows
    ADD COLUMN IF NOT EXISTS also Array(Tuple(hold UUID, kind String)) AFTER is_erased;

-- privacy_acts.purged: of a release's rows, those that were past their retention or erased meanwhile.
ALTER TABLE privacy_acts ADD COLUMN IF NOT EXISTS purged UInt64 AFTER kept;
