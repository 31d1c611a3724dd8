"""Promise: each documented view and each of its columns says in the database what it is."""

from __future__ import annotations

from schema import Store

_VIEWS = "('events', 'sessions', 'daily', 'dropped')"


def test_every_view_says_what_it_holds(embedded_store: Store) -> None:
    found = dict(
        embedded_store.rows(
            "SELECT name, comment FROM system.tables"
            f" WHERE database = currentDatabase() AND name IN {_VIEWS}"  # noqa: S608
        )
    )

    assert len(found) == 4
    assert all(found.values())
    assert "small number" in found["events"]


def test_every_column_of_a_view_says_what_it_means(embedded_store: Store) -> None:
    silent = embedded_store.rows(
        "SELECT table, name FROM system.columns"
        f" WHERE database = currentDatabase() AND table IN {_VIEWS} AND comment = ''"  # noqa: S608
    )

    assert silent == []
