-- views: the documented names and the questions behind them, as the engine keeps them.
-- params: names
SELECT name, as_select
FROM system.tables
WHERE database = currentDatabase() AND name IN {names:Array(String)}
FORMAT JSONCompact
