-- held: the condition on rows of `held_rows` that a release or an erasure is about; it takes the place
-- of {held} in other statements.  What another hold is on as well is not among a hold's.
-- params: hold, a hold's id, or '' for restrictions as far as a scope reaches; a scope's
(
    if({hold:String} != '', hold = toUUIDOrZero({hold:String}) AND empty(also), kind = 'restriction' AND {scope})
)
