-- described_tables: the documented views with their comments and columns.
-- rows: name, comment, columns in their order: (name, type, comment)
SELECT
    t.name    AS name,
    t.comment AS comment,
    arrayMap(
        c -> (c.2, c.3, c.4), arraySort(groupArray((c.position, c.name, c.type, c.comment)))
    )         AS columns
FROM system.tables AS t
INNER JOIN system.columns AS c ON c.database = t.database AND c.table = t.name
WHERE t.database = currentDatabase() AND t.name IN ('events', 'sessions', 'daily', 'dropped')
GROUP BY name, comment
ORDER BY indexOf(['events', 'sessions', 'daily', 'dropped'], name)
