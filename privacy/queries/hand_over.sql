-- hand_over: put rows of a hold that ends under another one that is on them, a restriction last.
-- params: hold
ALTER TABLE held_rows
UPDATE
    hold = arraySort(other -> other.kind = 'restriction', also)[1].hold,
    kind = arraySort(other -> other.kind = 'restriction', also)[1].kind,
    also = arrayPopFront(arraySort(other -> other.kind = 'restriction', also))
WHERE hold = toUUID({hold:String}) AND notEmpty(also)
SETTINGS mutations_sync = 2
