"""Promise: beside a ClickHouse server everything is answered that is with the embedded engine.

The server is the front over an engine in this process; Footfall speaks HTTP to it and has no
engine of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, Final

import httpx
import pytest

from tests.installation import Installation, footfall, installation, wait_until

SITE: Final = "shop.example"
_BROWSER: Final = {
    "X-Forwarded-For": "203.0.113.7",
    "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/145.0",
    "Accept-Language": "az",
}
_PAGE_ID: Final = "one-page-load-of-a-test-0"
_CLAIM: Final = {"Footfall-Claim": f"page={_PAGE_ID}"}


@dataclass(frozen=True, slots=True)
class Beside:
    """A running installation beside a server."""

    running: Installation
    url: str  # of the server
    visitor: httpx.Client  # a browser at the public listener

    def footfall(self, *arguments: str) -> CompletedProcess[str]:
        """Run a command of the operator's."""
        data = ("--data", str(self.running.data))
        return footfall(*arguments, *data, FOOTFALL_CLICKHOUSE_URL=self.url)

    def answered(self, *arguments: str) -> str:
        """Return what a command said, which must have done what it was asked."""
        done = self.footfall(*arguments)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def me(self, method: str = "GET", **headers: str) -> httpx.Response:
        """Return the answer about the one visitor there is."""
        return self.visitor.request(method, f"/api/privacy/{SITE}/me", headers=headers)


@pytest.fixture(scope="module")
def beside(front_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    """Return an installation into which one pageview came."""
    url = f"{front_url}_beside"
    data = tmp_path_factory.mktemp("beside") / "data"
    with (
        installation(data, FOOTFALL_CLICKHOUSE_URL=url) as running,
        httpx.Client(base_url=running.public, headers=_BROWSER, timeout=60) as visitor,
    ):
        found = Beside(running, url, visitor)
        found.answered("site", "add", SITE)
        beacon = {"n": "pageview", "u": f"https://{SITE}/cart", "d": SITE, "k": _PAGE_ID}
        wait_until(lambda: visitor.post("/api/event", json=beacon | {"id": "1"}).status_code == 202)
        wait_until(lambda: found.me().json().get("summary", {}).get("today", {}).get("events"))
        yield found


def test_a_visitor_sees_what_is_held(beside: Beside) -> None:
    shown = beside.me(**_CLAIM)

    assert shown.status_code == 200
    assert shown.json()["summary"]["today"] == {"events": 1, "pageviews": 1, "sessions": 1}
    assert [event["path"] for event in shown.json()["events"]] == ["/cart"]


def test_exports_and_questions_are_answered(beside: Beside) -> None:
    query = "SELECT path, count() AS n FROM events GROUP BY path"
    rows = [{"path": "/cart", "n": 1}]

    events = beside.answered("export", "events", "--format", "ndjson").splitlines()
    exported = beside.answered("export", "--query", query, "--format", "ndjson").splitlines()
    asked = beside.answered("sql", query, "--format", "TSV")

    assert [json.loads(line)["path"] for line in events] == ["/cart"]
    assert [json.loads(line) for line in exported] == rows
    assert asked == "/cart\t1\n"
    assert "is not allowed here" in beside.footfall("export", "--query", "FROM event_rows").stderr


def test_the_door_is_open(beside: Beside) -> None:
    said: Any = json.loads(beside.answered("token", "add", "t", "--scope", "sql", "--json"))
    answer = httpx.post(
        f"{beside.running.internal}/clickhouse/",
        content="SELECT path FROM events",
        headers={"X-ClickHouse-Key": said["token"]},
        timeout=60,
    )

    assert (answer.status_code, answer.text) == (200, "/cart\n")


def test_backups_are_the_servers_own(beside: Beside, tmp_path: Path) -> None:
    for command in ("create", "restore"):
        done = beside.footfall("backup", command, str(tmp_path))

        assert done.returncode != 0
        assert "the tables are on a ClickHouse server" in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_a_visitor_takes_it_back_with_a_receipt(beside: Beside) -> None:
    done = beside.me("DELETE", **_CLAIM)

    assert done.status_code == 200
    assert done.json()["removed"] == {"events": 1, "sessions": 1}
    assert done.json()["signature"]
    assert beside.me(**_CLAIM).json()["events"] == []
