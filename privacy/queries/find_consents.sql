-- find_consents: receipts of consents whose last decision is past its time.
-- params: site; before, a UTC instant
-- rows:   one: found UInt64
-- A decision needs its proof while rows stand on it; a refusal has no id, and no rows.
SELECT count() AS found
FROM consent_receipts FINAL
WHERE site = {site:String}
    AND received_at < {before:DateTime64(6, 'UTC')}
    AND
    (
        consent_id = 0
        OR consent_id IN
        (
            SELECT consent_id
            FROM consent_receipts
            WHERE site = {site:String}
            GROUP BY consent_id
            HAVING max(received_at) < {before:DateTime64(6, 'UTC')}
        )
        AND consent_id NOT IN (SELECT consent_id FROM event_rows WHERE site = {site:String})
        AND consent_id NOT IN (SELECT consent_id FROM held_rows WHERE site = {site:String})
    )
