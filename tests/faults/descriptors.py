"""Descriptors: a collector whose file descriptors are used up by idle connections."""

from __future__ import annotations

import resource
import socket
import time
from contextlib import ExitStack
from pathlib import Path

from tests.faults.figures import Figures, figures, stored_rows
from tests.faults.service import COLLECTOR, service
from tests.faults.traffic import traffic
from tests.installation import wait_until

SPARE = 24
IDLE = 200


def use_up_descriptors(folder: Path, *, hold_s: float) -> Figures:
    """Open far more connections than the collector may have, then let go of them."""
    begun_s = time.monotonic()
    with service(folder) as running, traffic(running.public, per_s=200, connections=8) as sent:
        wait_until(lambda: len(sent.statuses) > 100)
        collector = running.running.process_id(COLLECTOR)
        open_now = len(list(Path(f"/proc/{collector}/fd").iterdir()))
        limits = resource.prlimit(collector, resource.RLIMIT_NOFILE)
        resource.prlimit(collector, resource.RLIMIT_NOFILE, (open_now + SPARE, limits[1]))
        with ExitStack() as idle:
            for _ in range(IDLE):
                idle.enter_context(socket.create_connection(_address(running.public)))
            most = 0
            until_s = time.monotonic() + hold_s
            while time.monotonic() < until_s:
                most = max(most, len(list(Path(f"/proc/{collector}/fd").iterdir())))
                time.sleep(0.1)
        resource.prlimit(collector, resource.RLIMIT_NOFILE, limits)
        running.wait_until_well()
        before = sent.answers[202]
        wait_until(lambda: sent.answers[202] > before + 100)
        sent.stop()
        running.wait_until_stored()
    return figures(
        "file descriptors used up",
        sent,
        stored_rows(running.data),
        begun_s,
        limit=open_now + SPARE,
        most_open=most,
        connections=IDLE,
    )


def _address(url: str) -> tuple[str, int]:
    host, _, port = url.removeprefix("http://").partition(":")
    return host, int(port)
