-- remove_returned: take away what a try that was cut off had copied back of one partition.
-- params: partition; ids_since, a local day; hold and a scope's
DELETE FROM event_rows IN PARTITION ID {partition:String}
WHERE (site, day, time, name, visitor, session, page_id, path) IN
(
    SELECT
        site, day, time, name, if(day >= {ids_since:Date}, visitor, 0),
        if(day >= {ids_since:Date}, session, 0), if(day >= {ids_since:Date}, page_id, 0), path
    FROM held_rows
    WHERE _partition_id = {partition:String} AND {held}
)
