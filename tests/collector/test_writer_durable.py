"""Durable: what an insert wrote is on the disk when it returns, before the journal may go."""

from __future__ import annotations

from schema import Store


def test_every_table_syncs_its_parts_before_an_insert_returns(store: Store) -> None:
    """Part files by `fsync_after_insert`, their names by `fsync_part_directory`.

    SHOW CREATE TABLE says what the engine has, not what a migration meant.
    """
    tables = store.rows(
        "SELECT name, create_table_query FROM system.tables"
        " WHERE database = currentDatabase() AND engine LIKE '%MergeTree'"
        " AND name IN ('event_rows', 'session_rows', 'dropped_rows')"
    )
    assert {name for name, _ in tables} == {"event_rows", "session_rows", "dropped_rows"}
    for name, text in tables:
        assert "fsync_after_insert = 1" in text, name
        assert "fsync_part_directory = 1" in text, name
