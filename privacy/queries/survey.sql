-- survey: what a scope finds among the rows that are counted.
-- params: a scope's
-- rows:   one: found UInt64, partitions Array(String), sessions Array(Tuple(day Date, id UInt64))
SELECT
    count()                                           AS found,
    arraySort(groupUniqArray(_partition_id))          AS partitions,
    groupUniqArrayIf((day, session), session != 0)    AS sessions
FROM event_rows
WHERE {scope}
