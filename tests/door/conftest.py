"""Fixtures: one door for a module, as its tests only read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from schema import migrate, open_embedded
from tests.door.door_server import DoorServer, door_serving, fill


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DoorServer]:
    """Return a door over a store of its own, in process."""
    data: Path = tmp_path_factory.mktemp("door")
    store = open_embedded(data / "database")
    migrate(store)
    fill(store)
    with door_serving(store, data) as server:
        yield server
    store.close()
