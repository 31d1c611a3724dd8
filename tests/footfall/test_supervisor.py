"""Supervisor: what dies is started again, and a stop stops everything with nothing lost."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from functools import partial
from pathlib import Path

import pytest

from tests.faults.load import Beacon, pageview, send, wait_until_counted
from tests.installation import answers, installation, wait_until
from tests.read_store import read_store

MODULES = ("footfall.store_process", "footfall.collector_process")


@pytest.mark.parametrize("module", MODULES)
def test_a_killed_process_is_started_again_and_said_so(tmp_path: Path, module: str) -> None:
    with installation(tmp_path / "data") as running:
        before = running.process_id(module)
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: running.process_id(module) != before)
        for url in (running.public, running.internal):
            wait_until(partial(answers, f"{url}/health"))

        assert "process_died" in running.log()
        assert "SIGKILL" in running.log()


def test_beacons_are_answered_202_while_the_store_is_down(tmp_path: Path) -> None:
    with installation(tmp_path / "data") as running:
        running.command("site", "add", "shop.example")
        wait_until_counted(running)
        os.kill(running.process_id("footfall.store_process"), signal.SIGSTOP)
        statuses = asyncio.run(send(running.public, _pageviews(200)))
        os.kill(running.process_id("footfall.store_process"), signal.SIGCONT)

    assert statuses == [202] * 200
    assert _stored(tmp_path) == [201, 201]


def test_a_stop_takes_less_than_15_seconds_and_loses_nothing(tmp_path: Path) -> None:
    with installation(tmp_path / "data") as running:
        running.command("site", "add", "shop.example")
        wait_until_counted(running)
        statuses = asyncio.run(send(running.public, _pageviews(2_000)))
        children = [running.process_id(module) for module in MODULES]
        begun_s = time.monotonic()
        running.process.terminate()
        status = running.process.wait(timeout=15)
        seconds = time.monotonic() - begun_s

    assert statuses == [202] * 2_000
    assert status == 0
    assert seconds < 15
    assert not any(Path(f"/proc/{child}").exists() for child in children)
    assert _stored(tmp_path) == [2_001, 2_001]


def test_children_end_when_the_supervisor_is_killed_also_one_that_hangs(tmp_path: Path) -> None:
    with installation(tmp_path / "data") as running:
        children = [running.process_id(module) for module in MODULES]
        os.kill(children[0], signal.SIGSTOP)
        running.process.kill()
        wait_until(lambda: not any(_runs(child) for child in children), within_s=15)


def test_two_workers_share_the_listener(tmp_path: Path) -> None:
    with installation(tmp_path / "data", "--workers", "2") as running:
        running.command("site", "add", "shop.example")
        wait_until_counted(running)
        statuses = asyncio.run(send(running.public, _pageviews(2_000)))
        journals = sorted(path.name for path in (running.data / "journal").iterdir())

    assert statuses == [202] * 2_000
    assert journals == ["c0", "c1"]
    assert _stored(tmp_path) == [2_001, 2_001]


def _pageviews(count: int) -> list[Beacon]:
    return [pageview(number, visitors=50) for number in range(count)]


def _stored(folder: Path) -> list[int]:
    """Return how many rows there are, and of how many paths."""
    [row] = read_store(folder / "data", "SELECT count(), uniqExact(path) FROM event_rows")
    return row


def _runs(process_id: int) -> bool:
    """Tell whether a process runs; one that waits for its parent to read its status does not."""
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
