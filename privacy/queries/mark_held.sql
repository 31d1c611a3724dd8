-- mark_held: note on rows that the law or a fraud's hold keeps that their visitor had them erased.
-- params: a scope's
ALTER TABLE held_rows UPDATE is_erased = true WHERE kind != 'restriction' AND {scope} SETTINGS mutations_sync = 2
