"""Resends: beacons sent again with the same `id` after each kind of process was killed."""

from __future__ import annotations

import asyncio
import signal
import time
from pathlib import Path
from typing import Any

from tests.faults.figures import stored_rows
from tests.faults.load import pageview, send
from tests.faults.service import COLLECTOR, STORE, service
from tests.read_store import read_store

COUNT = 100


def resend_after_kills(folder: Path) -> dict[str, Any]:
    """Send the same beacons four times; return the answers and what is stored of them."""
    begun_s = time.monotonic()
    beacons = [pageview(number, visitors=20) for number in range(COUNT)]
    answers: list[int] = []
    with service(folder) as running:
        for victim in (COLLECTOR, STORE, "supervisor", ""):
            answers += asyncio.run(send(running.public, beacons, connections=8))
            running.wait_until_stored()
            if victim == "supervisor":
                running.kill_supervisor()
            elif victim:
                running.kill(victim, signal.SIGKILL)
            running.wait_until_well()
    rows = dict(stored_rows(running.data))
    [[repeats]] = read_store(
        running.data,
        "SELECT sum(count) FROM dropped WHERE reason = 'duplicate'",
    )
    return {
        "fault": "resends across restarts of each process",
        "acknowledged": answers.count(202),
        "sent_first": COUNT,
        "stored": sum(rows.values()),
        "lost": COUNT - len(rows),
        "doubled": sum(rows.values()) - len(rows),
        "counted_as_repeats": repeats,
        "seconds": round(time.monotonic() - begun_s, 1),
    }
