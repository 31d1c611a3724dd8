"""An erasure takes all that came before it and nothing after, whatever happens meanwhile."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from privacy.receipts import verify
from privacy.signing import open_signing_key
from tests.faults.service import STORE, Service, service
from tests.installation import wait_until
from tests.privacy.visitor import SITE, Visitor
from tests.read_store import read_store

READER = "198.51.100.77"


class Reading:
    """Pageviews of one browser, one after the other; path /N is the Nth."""

    def __init__(self) -> None:
        self.answered_at: dict[int, tuple[datetime, datetime]] = {}  # sent and answered
        self.stopping = threading.Event()


@contextmanager
def reading(url: str, address: str, pause_s: float = 0.02) -> Iterator[Reading]:
    """Read in the background until the block ends, never faster than one address may."""
    found = Reading()

    def run() -> None:
        with Visitor(url, address) as visitor:
            number = 0
            while not found.stopping.is_set():
                sent = datetime.now(UTC)
                visitor.view(f"/{number}", page=number + 1)
                found.answered_at[number] = (sent, datetime.now(UTC))
                number += 1
                time.sleep(pause_s)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.stopping.set()
        thread.join(30)


def erase(running: Service) -> tuple[int, Any]:
    with Visitor(running.public, READER) as visitor:
        answer = visitor.ask("DELETE")
    return answer.status_code, answer.json()


def stored_numbers(running: Service) -> set[int]:
    """Return which pageviews of the reader the stopped installation holds."""
    rows = read_store(
        running.data,
        "SELECT path, device FROM event_rows WHERE path NOT LIKE '/n/%' AND browser != 'Firefox'",
    )
    return {int(path[1:]) for path, _ in rows}


def expect_split(found: set[int], reading: Reading, until: datetime) -> None:
    """Check that what was answered before `until` is gone and what was sent after it is there."""
    before = {n for n, (_, answered) in reading.answered_at.items() if answered < until}
    after = {n for n, (sent, _) in reading.answered_at.items() if sent > until}
    assert len(before) > 5, "the race had begun"
    assert len(after) > 5, "the race went on"
    assert found & before == set()
    assert after - found == set()


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def sessions_fit(data: Path) -> bool:
    """Tell whether each session says what its events make."""
    wrong = read_store(
        data,
        "SELECT count() FROM (SELECT session, sum(pageviews) AS kept FROM session_rows"
        " GROUP BY session) AS s FULL JOIN (SELECT session, count() AS made FROM event_rows"
        " WHERE session != 0 GROUP BY session) AS e USING (session) WHERE kept != made",
    )
    return wrong == [[0]]


def test_beacons_keep_coming_while_they_are_erased(tmp_path: Path) -> None:
    with service(tmp_path) as running:
        with reading(running.public, READER) as reader:
            wait_until(lambda: len(reader.answered_at) > 100)
            receipts = []
            for _ in range(3):
                status, body = erase(running)
                assert status == 200
                receipts.append(body["receipt"])
                count = len(reader.answered_at)
                wait_until(lambda count=count: len(reader.answered_at) > count + 50)  # type: ignore[misc]
        running.wait_until_stored()
    expect_split(stored_numbers(running), reader, instant(receipts[-1]["asked_at"]))
    assert sum(receipt["removed"]["events"] for receipt in receipts) + len(
        stored_numbers(running)
    ) == len(reader.answered_at)
    assert sessions_fit(running.data)


def test_the_store_is_killed_while_it_erases(tmp_path: Path) -> None:
    """Each time it is done once in the end, and the receipt says what the first try found."""
    with service(tmp_path) as running:
        with reading(running.public, READER) as reader:
            wait_until(lambda: len(reader.answered_at) > 100)
            removed = 0
            for delay_s in (0.05, 0.3, 0.5, 0.7, 0.9):
                killer = threading.Timer(delay_s, running.kill, (STORE, signal.SIGKILL))
                killer.start()
                status, body = erase(running)
                killer.join()
                receipt = body["receipt"] if status == 200 else wait_for_receipt(running, body)
                assert receipt["found_after"] == 0
                removed += receipt["removed"]["events"]
        running.wait_until_stored()
    expect_split(stored_numbers(running), reader, instant(receipt["asked_at"]))
    assert removed + len(stored_numbers(running)) == len(reader.answered_at)
    assert sessions_fit(running.data)


def wait_for_receipt(running: Service, pending: dict[str, str]) -> Any:
    """Return the receipt of an erasure that was taken as a request."""
    found: list[Any] = []

    def is_there() -> bool:
        # Another address: one alone would ask too often.
        with Visitor(running.public, f"198.51.102.{time.monotonic_ns() % 250}") as visitor:
            answer = visitor.ask(path=f"/api/privacy/{SITE}/receipts/{pending['id']}")
        if answer.status_code == 200:
            found.append(answer.json()["receipt"])
        return answer.status_code == 200

    wait_until(is_there)
    return found[0]


@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_an_erasure_waits_for_a_store_that_is_away(tmp_path: Path, how: str) -> None:
    with service(tmp_path) as running:
        with Visitor(running.public, READER) as visitor:
            for number in range(5):
                visitor.view(f"/{number}", page=number + 1)
        running.wait_until_stored()
        give_back = away(running, how)
        begun_s = time.monotonic()
        status, pending = erase(running)
        assert status == 202
        assert time.monotonic() - begun_s < 30
        with Visitor(running.public, READER) as visitor:
            assert visitor.ask().status_code == 503
            visitor.view("/99", page=100)
        give_back()
        receipt = wait_for_receipt(running, pending)
        assert receipt["removed"] == {"events": 5, "sessions": 1}
        running.wait_until_stored()
    assert stored_numbers(running) == {99}
    assert sessions_fit(running.data)


def away(running: Service, how: str) -> Callable[[], None]:
    """Take the store process away; return what gives it back."""
    if how == "stopped":
        process_id = running.running.process_id(STORE)
        os.kill(process_id, signal.SIGSTOP)
        return lambda: os.kill(process_id, signal.SIGCONT)
    # One that is killed is there again within a second: its socket is kept from it as long.
    hold = (running.data / "clickhouse.lock").open("rb")
    running.kill(STORE, signal.SIGKILL)
    fcntl.flock(hold, fcntl.LOCK_EX)
    return hold.close


def test_a_copy_of_before_an_erasure_loses_it_again(tmp_path: Path) -> None:
    """The data directory is put back as it was, with today's ledger beside it."""
    with service(tmp_path) as running:
        with Visitor(running.public, READER) as visitor:
            for number in range(5):
                visitor.view(f"/{number}", page=number + 1)
        running.wait_until_stored()
        running.stop()
        shutil.copytree(
            running.data, tmp_path / "copy", symlinks=True, ignore=shutil.ignore_patterns("*.sock")
        )
        running.launch()
        running.wait_until_well()
        status, body = erase(running)
        assert (status, body["removed"]["events"]) == (200, 5)
    key = open_signing_key(running.data).public_key
    assert verify(json.dumps(body), key)["removed"]["events"] == 5
    copy = tmp_path / "copy"
    assert len(read_store(copy, "SELECT path FROM event_rows WHERE browser != 'Firefox'")) == 5
    shutil.copy(running.data / "erasures.ledger", copy / "erasures.ledger")
    assert replay(copy) == 1
    assert read_store(copy, "SELECT path FROM event_rows WHERE browser != 'Firefox'") == []
    assert sessions_fit(copy)


def replay(data: Path) -> int:
    """Replay the ledger in a process of its own."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom privacy.carry_out import Clerk\n"
        "from schema import open_embedded\ndata = Path(sys.argv[1])\n"
        "store = open_embedded(data / 'clickhouse')\n"
        "print(Clerk(store, data).replay_ledger())\nstore.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(data)], capture_output=True, text=True, check=True
    )
    return int(done.stdout)
