"""Migrator: any database comes to the newest tables, whoever else migrates it, and never back."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from schema import NewerSchemaError, Store, migrate, migrations, open_server

# What would name a person, a device or a place on the map.
_FORBIDDEN = re.compile(
    r"addr|(^|_)ip(v4|v6)?($|_)|latitude|longitude|(^|_)(lat|lon|lng)($|_)|user_?agent|postal|zip"
)


def test_migrations_are_numbered_without_a_gap_and_named_by_a_verb() -> None:
    known = migrations()
    versions = [migration.version for migration in known]
    assert versions == list(range(1, len(versions) + 1))
    assert all(migration.name.startswith(("create_", "add_", "comment_")) for migration in known)


def test_a_second_run_changes_nothing(store: Store) -> None:
    assert migrate(store) == []
    versions = [
        version
        for (version,) in store.rows("SELECT version FROM schema_migrations FINAL ORDER BY 1")
    ]
    assert versions == [migration.version for migration in migrations()]


def test_a_run_that_was_cut_off_is_taken_up_again(store: Store) -> None:
    store.command(
        "ALTER TABLE schema_migrations DELETE WHERE version > 2 SETTINGS mutations_sync = 2"
    )
    assert [migration.version for migration in migrate(store)] == [
        migration.version for migration in migrations() if migration.version > 2
    ]
    assert store.value("SELECT count() FROM events") == 0


def test_a_database_from_the_future_is_refused_unchanged(store: Store) -> None:
    store.insert("schema_migrations", ["version", "name"], [[9999, "create_wonders"]])
    try:
        with pytest.raises(NewerSchemaError, match=r"9999.*newer one"):
            migrate(store)
    finally:
        store.command(
            "ALTER TABLE schema_migrations DELETE WHERE version = 9999 SETTINGS mutations_sync = 2"
        )


def test_two_that_migrate_at_once_both_come_through(front_url: str) -> None:
    """Two machines that start together, with connections of their own."""
    for attempt in range(3):
        url = f"{front_url}_{attempt}"
        stores = [open_server(url), open_server(url)]
        with ThreadPoolExecutor(2) as pool:
            applied = list(pool.map(migrate, stores))
        assert {m for done in applied for m in done} == set(migrations())
        assert stores[0].rows("SELECT count() FROM events") == [(0,)]
        stores[0].command("DROP DATABASE {name:Identifier}", {"name": url.rsplit("/", 1)[1]})
        for opened in stores:
            opened.close()


def test_no_column_could_hold_who_or_where_someone_is(store: Store) -> None:
    columns = store.rows(
        "SELECT table, name FROM system.columns WHERE database = currentDatabase()"
    )
    assert ("event_rows", "visitor") in columns
    # The account of someone who works here, not of a visitor.
    found = [column for column in columns if _FORBIDDEN.search(column[1])]
    assert found == []


def test_no_sorting_key_of_events_names_a_visitor_and_nothing_deletes_them_by_itself(
    store: Store,
) -> None:
    ((sorting, primary, sampling, create),) = store.rows(
        "SELECT sorting_key, primary_key, sampling_key, create_table_query FROM system.tables"
        " WHERE database = currentDatabase() AND name = 'event_rows'"
    )
    assert sorting == primary == "site, day, toStartOfHour(time), sample, time"
    assert sampling == "sample"
    assert "TTL" not in create


def test_every_table_that_is_written_in_batches_knows_repeats(store: Store) -> None:
    without = store.rows(
        "SELECT name FROM system.tables WHERE database = currentDatabase()"
        " AND name IN ('event_rows', 'session_rows', 'daily_rows', 'day_closes', 'dropped_rows')"
        " AND create_table_query NOT LIKE '%non_replicated_deduplication_window = 1000%'"
    )
    assert without == []
