-- leave_hold: take a hold's note off rows that stand under another one.
-- params: hold
ALTER TABLE held_rows UPDATE also = arrayFilter(other -> other.hold != toUUID({hold:String}), also)
WHERE has(also.hold, toUUID({hold:String}))
SETTINGS mutations_sync = 2
