-- join_hold: note a hold on rows that others hold already.  It stands first where only restrictions
-- did: those end with an erasure.
-- params: hold and kind; a scope's
ALTER TABLE held_rows
UPDATE
    hold = if({kind:String} != 'restriction' AND kind = 'restriction', toUUID({hold:String}), hold),
    kind = if({kind:String} != 'restriction' AND kind = 'restriction', {kind:String}, toString(kind)),
    also = arrayPushBack(also, if({kind:String} != 'restriction' AND kind = 'restriction',
        (hold, toString(kind)), (toUUID({hold:String}), {kind:String})))
WHERE hold != toUUID({hold:String}) AND NOT has(also.hold, toUUID({hold:String})) AND {scope}
SETTINGS mutations_sync = 2
