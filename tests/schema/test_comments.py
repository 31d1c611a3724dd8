"""Promise: each documented view and each of its columns says in the database what it is."""

from __future__ import annotations

from privacy.retention_policy import DEFAULT_DAYS
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


def test_what_retention_takes_is_said_with_its_default(embedded_store: Store) -> None:
    """Cities go after 30 days, ids and sessions after 60, events after 180, counts after 365."""
    columns = embedded_store.rows(
        "SELECT table, name, comment FROM system.columns"
        " WHERE database = currentDatabase() AND table IN ('events', 'sessions')"
    )
    said = {(table, name): comment for table, name, comment in columns}
    views = dict(
        embedded_store.rows(
            "SELECT name, comment FROM system.tables"
            " WHERE database = currentDatabase() AND name IN {views:Array(String)}",
            _VIEWS,
        )
    )

    for table in ("events", "sessions"):
        for name in ("region", "city"):
            assert f"{DEFAULT_DAYS['cities']} days" in said[table, name]
    for name in ("visitor", "session", "page_id"):
        assert f"{DEFAULT_DAYS['ids']} days" in said["events", name]
    assert f"sessions go after {DEFAULT_DAYS['ids']} days" in views["sessions"]
    assert f"{DEFAULT_DAYS['events']}" in views["events"]
    assert f"{DEFAULT_DAYS['events']} days" in views["daily"]
    assert f"{DEFAULT_DAYS['dropped']} days" in views["dropped"]
