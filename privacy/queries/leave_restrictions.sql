-- leave_restrictions: take a scope's restrictions off rows that a hold keeps as well.
-- params: a scope's
ALTER TABLE held_rows UPDATE also = arrayFilter(other -> other.kind != 'restriction', also)
WHERE kind != 'restriction' AND has(also.kind, 'restriction') AND {scope}
SETTINGS mutations_sync = 2
