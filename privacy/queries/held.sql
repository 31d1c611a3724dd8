-- held: the condition on rows of `held_rows` that a release or an erasure is about; it takes the place
-- of {held} in other statements.
-- params: hold, a hold's id, or '' for restrictions as far as a scope reaches; a scope's
(
    if({hold:String} != '', hold = toUUIDOrZero({hold:String}), kind = 'restriction' AND {scope})
)
