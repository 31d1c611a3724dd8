-- system_one: one row, for tools that select from it.
SELECT dummy FROM system.one
