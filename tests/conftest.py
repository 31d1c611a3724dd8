"""Fixtures: a migrated, empty store for each test, over every engine there is.

The process has one embedded engine (chDB allows one at one path), so everything shares it, and a
test gets its tables empty.  FOOTFALL_TEST_CLICKHOUSE_URL adds a real server, whose database is
then emptied: name one for tests alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import chdb
import pytest

from schema import Store, migrate, open_embedded, open_server
from tests.clickhouse_front import clickhouse_front

SERVER_URL = os.environ.get("FOOTFALL_TEST_CLICKHOUSE_URL", "")
_ENGINES = ["embedded", "front", *(["server"] if SERVER_URL else [])]


@pytest.fixture(scope="session")
def engine_path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the directory of the one embedded engine, which stays open: opening takes a while."""
    path = tmp_path_factory.mktemp("engine") / "database"
    connection = chdb.connect(str(path.resolve()))
    yield path
    connection.close()


@pytest.fixture(scope="session")
def front_url(engine_path: Path) -> Iterator[str]:
    """Return the URL of the HTTP front, with a database of its own in the same engine."""
    with clickhouse_front(engine_path) as url:
        yield f"{url}/footfall_front"


@pytest.fixture
def embedded_store(engine_path: Path) -> Iterator[Store]:
    """Return a migrated store without rows, in process."""
    yield from _empty(open_embedded(engine_path))


@pytest.fixture(params=_ENGINES)
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Return a migrated store without rows, once for each engine."""
    if request.param == "embedded":
        opened = open_embedded(request.getfixturevalue("engine_path"))
    elif request.param == "front":
        opened = open_server(request.getfixturevalue("front_url"))
    else:
        opened = open_server(SERVER_URL)
    yield from _empty(opened)


def _empty(store: Store) -> Iterator[Store]:
    migrate(store)
    filled = store.rows(
        "SELECT name FROM system.tables WHERE database = currentDatabase()"
        " AND engine LIKE '%MergeTree' AND name != 'schema_migrations'"
    )
    for (name,) in filled:
        store.command("TRUNCATE TABLE {name:Identifier}", {"name": name})
    yield store
    store.close()
