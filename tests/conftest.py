"""Fixtures: a browser, and a migrated, empty store for each test, over every engine there is.

The process has one embedded engine (chDB allows one at one path), so everything shares it, and a
test gets its tables empty.  FOOTFALL_TEST_CLICKHOUSE_URL adds a real server, whose database is
then emptied: name one for tests alone.

What tests write lies in memory where there is room for it: the engine syncs each part that it
writes or removes, and a process that is killed leaves the same files there as on a disk.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import chdb
import pytest
from playwright.sync_api import Browser, expect

from schema import Store, migrate, open_embedded, open_server
from tests.chromium import chromium
from tests.clickhouse_front import clickhouse_front

SERVER_URL = os.environ.get("FOOTFALL_TEST_CLICKHOUSE_URL", "")
# Of a busy machine; what is there sooner is seen sooner.
expect.set_options(timeout=30_000)
# tmpfs on Linux (Filesystem Hierarchy Standard 3.0, 6.1).
MEMORY = Path("/dev/shm")
# Our choice: many times what tests have there at once, where there is so much memory to spare.
MEMORY_ROOM_BYTES = 4 * 1024**3

_ENGINES = ["embedded", "front", *(["server"] if SERVER_URL else [])]


def pytest_configure() -> None:
    """Let pytest make its folders in memory, unless there is little or a place was given."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= MEMORY_ROOM_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a browser; each test makes a context of its own in it."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def engine_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the directory of the one embedded engine; its tables are made once."""
    return tmp_path_factory.mktemp("engine") / "database"


@pytest.fixture(scope="module")
def engine_path(engine_directory: Path) -> Iterator[Path]:
    """Return the embedded engine's directory, kept open for a module: opening takes a while.

    Only for a module, so that another one may open a database of its own.
    """
    connection = chdb.connect(str(engine_directory.resolve()))
    yield engine_directory
    connection.close()


@pytest.fixture(scope="module")
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
