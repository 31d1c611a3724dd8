"""Promise: each documented view and each of its columns says in the database what it is."""

from __future__ import annotations

from schema import Store

_VIEWS = {"views": ["events", "sessions", "daily", "dropped"]}


def test_every_view_says_what_it_holds(embedded_store: Store) -> None:
    found = dict(
        embedded_store.rows(
            "SELECT name, comment FROM system.tables"
            " WHERE database = currentDatabase() AND name IN {views:Array(String)}",
            _VIEWS,
        )
    )

    assert len(found) == 4
    assert all(found.values())
    assert "small number" in found["events"]


def test_every_column_of_a_view_says_what_it_means(embedded_store: Store) -> None:
    silent = embedded_store.rows(
        "SELECT table, name FROM system.columns"
        " WHERE database = currentDatabase() AND table IN {views:Array(String)} AND comment = ''",
        _VIEWS,
    )

    assert silent == []
