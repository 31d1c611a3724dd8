-- scope: the condition on rows of `event_rows` or `held_rows` that belong to a scope; it takes the
-- place of {scope} in other statements.
-- params: site; until, a UTC instant, included; visitor (0 is nobody) with day; page_ids; consent_ids
(
    site = {site:String}
    AND received_at <= {until:DateTime64(6, 'UTC')}
    AND
    (
        (visitor != 0 AND visitor = {visitor:UInt64} AND day = {day:Date})
        OR (page_id != 0 AND page_id IN {page_ids:Array(UInt64)})
        OR (consent_id != 0 AND consent_id IN {consent_ids:Array(UInt64)})
    )
)
