-- return_events: copy held rows of one partition back to those that are counted, but what was erased
-- meanwhile or is past its retention; ids and cities that are past theirs are blanked on the way.
-- params: partition; keep_since, ids_since and cities_since, local days; hold and a scope's
INSERT INTO event_rows
SETTINGS insert_deduplicate = 0
SELECT * REPLACE (
    if(day >= {ids_since:Date}, visitor, 0)      AS visitor,
    if(day >= {ids_since:Date}, session, 0)      AS session,
    if(day >= {ids_since:Date}, page_id, 0)      AS page_id,
    if(day >= {ids_since:Date}, consent_id, 0)   AS consent_id,
    if(day >= {cities_since:Date}, toString(region), '') AS region,
    if(day >= {cities_since:Date}, toString(city), '')   AS city
)
FROM
(
    -- In a query of its own: here the new ids do not stand for the old ones.
    SELECT * EXCEPT (hold, kind, is_erased, also)
    FROM held_rows
    WHERE _partition_id = {partition:String} AND NOT is_erased AND day >= {keep_since:Date} AND {held}
)
