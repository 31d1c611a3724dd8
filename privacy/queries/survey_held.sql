-- survey_held: what is held of a hold, or of a scope's restrictions.
-- params: hold and a scope's
-- rows:   one: found UInt64, partitions Array(String), sessions Array(Tuple(day Date, id UInt64))
SELECT
    count()                                           AS found,
    arraySort(groupUniqArray(_partition_id))          AS partitions,
    groupUniqArrayIf((day, session), session != 0)    AS sessions
FROM held_rows
WHERE {held}
