"""Promise: nothing asked at the door reads or writes a file, reaches a network, sees another table,
another query or another site, or changes anything.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from schema import Store
from tests.door.asking import ask, unescaped
from tests.door.door_server import FOREIGN, DoorServer

_SECRET = "zzsecretofthefile"
_TABLE = Path(__file__).with_name("hostile.tsv").read_text("utf-8")
_ROWS = [line.split("\t") for line in _TABLE.splitlines() if line and not line.startswith("#")]
# Everything there is but what each question adds: its record in the audit log.
_STATE = (
    "SELECT name, create_table_query, if(name = 'audit_rows', 0, total_rows)"
    " FROM system.tables WHERE database = 'footfall' ORDER BY name"
)
_ENGINE = (
    "SELECT (SELECT groupArray(name) FROM system.databases),"
    " (SELECT groupArray(name) FROM system.functions WHERE origin != 'System'),"
    " (SELECT groupArray((name, value)) FROM system.settings WHERE changed),"
    " (SELECT count() FROM system.mutations), (SELECT count() FROM system.named_collections)"
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a question could touch."""

    canary: Path
    target: Path
    http: str
    callers: list[object]
    state: object  # of the store and its engine, before any question


def _state(store: Store) -> object:
    return store.rows(_STATE), store.rows(_ENGINE)


@pytest.fixture(scope="module")
def surroundings(
    door: DoorServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Surroundings]:
    """Return a file that must not be read, one that must not be written, one nobody may call."""
    directory = tmp_path_factory.mktemp("surroundings")
    canary = directory / "canary"
    canary.write_text(f"{_SECRET}\n", encoding="utf-8")
    callers: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        threading.Thread(target=_note_callers, args=(listener, callers), daemon=True).start()
        url = f"http://{address[0]}:{address[1]}"
        yield Surroundings(canary, directory / "target", url, callers, _state(door.store))
        listener.shutdown(socket.SHUT_RDWR)


def _note_callers(listener: socket.socket, callers: list[object]) -> None:
    while True:
        try:
            connection, caller = listener.accept()
        except OSError:
            return
        callers.append(caller)
        connection.close()


def _filled(text: str, surroundings: Surroundings) -> str:
    return unescaped(text).format(
        canary=surroundings.canary,
        target=surroundings.target,
        http=surroundings.http,
        foreign=FOREIGN,
    )


def test_there_are_at_least_a_hundred_hostile_statements() -> None:
    assert len({row[1] for row in _ROWS}) >= 100


@pytest.mark.parametrize("row", _ROWS, ids=[row[1][:60] for row in _ROWS])
def test_a_hostile_statement_has_no_effect(
    door: DoorServer, surroundings: Surroundings, row: list[str]
) -> None:
    text = _filled(row[1], surroundings)

    answer = ask(door, text, param_t="users", param_s="x")

    assert _SECRET not in answer.text
    assert FOREIGN in text or FOREIGN not in answer.text
    assert [path.name for path in surroundings.canary.parent.iterdir()] == ["canary"]
    assert surroundings.canary.read_text("utf-8") == f"{_SECRET}\n"
    assert surroundings.callers == []
    assert _state(door.store) == surroundings.state
    if row[0] == "refused":
        assert answer.status_code >= 400
        assert int(answer.headers["X-ClickHouse-Exception-Code"]) > 0
    else:
        assert (answer.status_code, answer.text) == (200, _filled(row[2], surroundings))
