"""Promise: every example in docs/analysts/clickhouse.md runs as it is written."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dashboard.sql import Limits
from tests.door.asking import ask
from tests.door.door_server import DoorServer

_DOC = (Path(__file__).parents[2] / "docs" / "analysts" / "clickhouse.md").read_text("utf-8")


def _examples(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", _DOC, re.MULTILINE | re.DOTALL)


def _filled(text: str, door: DoorServer) -> str:
    return text.replace("HOST", "127.0.0.1").replace("PORT", str(door.port)).replace(
        "TOKEN", door.mine
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "rows"),
    [
        (0, "\t1\t3\nGoogle\t0.6666666666666666\t3\n"),
        (1, "5\t1\n"),
        (2, "2026-06-01\t6\t12.5\n"),
    ],
)
def test_a_question_of_the_page_is_answered(door: DoorServer, number: int, rows: str) -> None:
    questions = _examples("sql")

    assert len(questions) == 3
    assert ask(door, questions[number]).text == rows


def test_the_curl_of_the_page_prints_a_table(door: DoorServer) -> None:
    _, curl = _examples("sh")

    done = subprocess.run(
        ["sh", "-c", _filled(curl, door)], capture_output=True, check=True, text=True
    )

    assert done.stdout == '"path","pageviews"\n"/",1\n"/pricing",5\n'


def test_the_python_of_the_page_reads_the_views(door: DoorServer) -> None:
    connect, sqlalchemy = _examples("python")
    found: dict[str, Any] = {}

    exec(_filled(connect, door), found)
    found["client"].close()
    exec(_filled(sqlalchemy, door), found)

    assert list(found["frame"]["visitors"]) == [5]
    assert [tuple(row) for row in found["rows"]] == [(6,)]


def test_the_limits_of_the_page_are_those_that_hold() -> None:
    limits = Limits()

    for said in (
        f"{limits.seconds} s in which",
        f"{limits.seconds_in_all // 60} minutes in all",
        f"{limits.seconds_an_hour // 60} minutes an hour",
        f"{limits.memory_bytes >> 30} GiB",
        f"{limits.read_rows:,} rows, {limits.read_bytes >> 30} GiB",
        f"{limits.result_rows:,} rows, {limits.result_bytes >> 30} GiB",
        f"{limits.at_once} of all tokens",
        f"{limits.at_once_for_reader}; others wait their turn for up to {limits.wait_s:.0f} s",
    ):
        assert said in _DOC
