"""Promise: a question that only reads is answered, and rightly: the expected rows are by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.door.asking import ask, unescaped
from tests.door.door_server import DoorServer

_TABLE = Path(__file__).with_name("honest.tsv").read_text("utf-8")
_ROWS = [line.split("\t") for line in _TABLE.splitlines() if line and not line.startswith("#")]
_PARAMETERS = {"param_v": "41", "param_s": "a\\tb", "param_t": "events", "param_c": "path"}


def test_there_are_at_least_sixty_honest_questions() -> None:
    assert len({row[0] for row in _ROWS}) >= 60


@pytest.mark.parametrize("row", _ROWS, ids=[row[0][:60] for row in _ROWS])
def test_an_honest_question_is_answered(door: DoorServer, row: list[str]) -> None:
    answer = ask(door, row[0], **_PARAMETERS)

    assert (answer.status_code, answer.text) == (200, unescaped(row[1]).replace("\\\t", "\\t"))


@pytest.mark.parametrize("view", ["events", "sessions", "daily", "dropped"])
def test_every_view_is_described_and_read_whole(door: DoorServer, view: str) -> None:
    described = ask(door, f"DESCRIBE TABLE {view}").text.splitlines()
    shown = ask(door, f"SHOW COLUMNS FROM {view}").text.splitlines()
    row = ask(door, f"SELECT * FROM {view} LIMIT 1 FORMAT JSONEachRow").json()  # noqa: S608
    names = [line.split("\t")[0] for line in described]

    assert list(row) == names
    assert [line.split("\t")[0] for line in shown] == names
    assert ask(door, f"SHOW CREATE TABLE {view}").text.startswith(f"CREATE VIEW footfall.{view}")


def test_a_token_for_all_sites_sees_all(door: DoorServer) -> None:
    answer = ask(door, "SELECT site, count() FROM events GROUP BY site ORDER BY site",
                 token=door.everything)  # fmt: skip

    assert answer.text == "mine.example\t7\nother.example\t1\n"
