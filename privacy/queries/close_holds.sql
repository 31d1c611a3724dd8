-- close_holds: note that holds have ended which hold nothing any more.
-- params: now, a UTC instant
INSERT INTO holds
SELECT * REPLACE ({now:DateTime64(6, 'UTC')} AS released_at, {now:DateTime64(6, 'UTC')} AS changed_at)
FROM
(
    -- In a query of its own: there the new `released_at` does not stand for the old one.
    SELECT *
    FROM holds FINAL
    WHERE released_at IS NULL
        AND id NOT IN (SELECT arrayJoin(arrayPushFront(also.hold, hold)) FROM held_rows)
)
