-- find_totals: values of closed days that so few visitors had that they could single somebody out.
-- params: site; until, the last day looked at; small_number; other, the value they go into
-- rows:   day Date, found UInt64; oldest first
-- The zeros of a value that was folded are among them: what lies under them may still be there.
-- Of a value that only nobody's events had the events say how many people it may have been.
SELECT day, count() AS found
FROM
(
    SELECT day, dimension, value
    FROM daily_rows FINAL
    WHERE site = {site:String} AND day <= {until:Date} AND dimension != ''
        AND value != {other:String}
    GROUP BY day, dimension, value
    HAVING max(visitors) < {small_number:UInt16}
        AND (max(visitors) > 0 OR max(events) < {small_number:UInt16})
)
GROUP BY day
ORDER BY day
