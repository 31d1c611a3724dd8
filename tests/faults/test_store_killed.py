"""Every 202 is a row, and none is there twice, also when the store process is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from tests.faults.load import pageview, send, wait_until_counted, wait_until_drained
from tests.installation import Installation, installation, wait_until
from tests.read_store import read_store

BEACONS = 100_000
VISITORS = 1_000
KILLS_AT = (20_000, 50_000, 80_000)


def test_100_000_beacons_survive_kills_of_the_store_process(tmp_path: Path) -> None:
    beacons = [pageview(number, visitors=VISITORS) for number in range(BEACONS)]
    with installation(tmp_path / "data") as running:
        running.command("site", "add", "shop.example")
        wait_until_counted(running)
        killed: list[int] = []

        def kill_at(answered: int) -> None:
            if answered in KILLS_AT:
                killed.append(_kill_store(running, killed))

        begun_s = time.monotonic()
        statuses = asyncio.run(send(running.public, beacons, after=kill_at))
        seconds = time.monotonic() - begun_s
        wait_until_drained(running)

    assert len(killed) == len(KILLS_AT)
    assert Counter(statuses) == {202: BEACONS}, "only the store was down"
    rows = _rows_by_path(tmp_path / "data")
    lost = [n for n in range(BEACONS) if rows[f"/n/{n}"] == 0]
    doubled = [n for n in range(BEACONS) if rows[f"/n/{n}"] > 1]
    found = f"{len(lost)} lost, {len(doubled)} doubled"
    sys.stdout.write(f"\n{BEACONS} acknowledged in {seconds:.1f} s: {found}\n")
    assert (lost, doubled) == ([], [])


def _kill_store(running: Installation, killed: list[int]) -> int:
    """Kill the store process that runs now and return its id; one just killed may not be back."""
    wait_until(lambda: running.process_id("footfall.store_process") not in killed)
    process_id = running.process_id("footfall.store_process")
    os.kill(process_id, signal.SIGKILL)
    return process_id


def _rows_by_path(data: Path) -> Counter[str]:
    rows = read_store(data, "SELECT path, count() FROM event_rows GROUP BY path")
    return Counter(dict(rows))
