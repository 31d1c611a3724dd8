"""SQL command: the operator's questions are answered, with or without a running server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.installation import footfall, installation


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data directory whose site exists."""
    path = tmp_path_factory.mktemp("sql_command") / "data"
    assert footfall("site", "add", "shop.example", "--data", str(path)).returncode == 0
    return path


def test_a_question_is_answered_in_the_format_asked_for(data: Path) -> None:
    where = ("--data", str(data))
    done = footfall("sql", "SELECT 1 AS one, 'a' AS text", "--format", "CSVWithNames", *where)
    assert (done.returncode, done.stdout) == (0, '"one","text"\n1,"a"\n')
    empty = footfall("sql", "SELECT count() AS n FROM events", "--json", *where)
    assert json.loads(empty.stdout)["rows"] == 1
    from_stdin = footfall("sql", "-", "--format", "TSV", *where, stdin="SELECT 2")
    assert from_stdin.stdout == "2\n"
    odd = footfall(
        *("sql", "SELECT {word:String}", "--format", "TSV", "--param", "word=a\tb'c", *where)
    )
    assert odd.stdout == "a\\tb\\'c\n"


def test_a_running_server_answers_the_same(data: Path) -> None:
    with installation(data):
        done = footfall(
            *("sql", "SELECT number FROM numbers(3)", "--format", "TSV", "--data", str(data))
        )
        assert (done.returncode, done.stdout) == (0, "0\n1\n2\n"), done.stderr
        refused = footfall("sql", "DROP TABLE event_rows", "--data", str(data))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "question",
    ["DROP VIEW events", "SELECT * FROM tokens", "SELECT file('/etc/hostname')", "SELECT (", ""],
)
def test_what_does_not_read_the_views_is_refused_in_one_line(data: Path, question: str) -> None:
    done = footfall("sql", question, "--data", str(data))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("footfall: ")
    assert "Traceback" not in done.stderr


def test_a_parameter_without_a_value_is_wrong_usage(data: Path) -> None:
    done = footfall("sql", "SELECT 1", "--param", "x", "--data", str(data))
    assert done.returncode == 2
    assert "expected NAME=VALUE" in done.stderr
