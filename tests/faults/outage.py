"""Outage: an hour's records in the journal while the store is stopped, and how they drain.

An hour at 200 beacons a second is 720,000 records.  They come in faster than that, through the
same endpoint, and each beacon names four sites: it counts once for each, as four records.  One in
six has an `id`: the writer knows those of ten minutes, a sixth of an hour.
"""

from __future__ import annotations

import signal
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.figures import Figures, figures, stored_rows
from tests.faults.service import STORE, Service, service, site_names
from tests.faults.traffic import traffic
from tests.installation import wait_until

SITES = 4
_SAMPLE_EVERY_S = 0.5


def drain_an_outage(folder: Path, *, records: int, per_s: float) -> Figures:
    """Take so many records with the store stopped, then let it drain them; watch the memory."""
    begun_s = time.monotonic()
    with (
        service(folder, sites=SITES, FOOTFALL_STORE_HUNG_AFTER_S="0") as running,
        _memory(running) as memory,
    ):
        running.kill(STORE, signal.SIGSTOP)
        with traffic(
            running.public,
            per_s=per_s,
            connections=32,
            domain=",".join(site_names(SITES)),
            id_every=6,
        ) as sent:
            wait_until(lambda: len(sent.statuses) * SITES >= records, within_s=1_200)
        filled_s = time.monotonic()
        resident = {name: values[-1] for name, values in memory.items()}
        running.kill(STORE, signal.SIGCONT)
        running.wait_until_stored(within_s=600)
        drained_s = time.monotonic() - filled_s
    journal_bytes = sum(path.stat().st_size for path in running.data.rglob("*.journal"))
    return figures(
        "store away for an hour, then drained",
        sent,
        stored_rows(running.data),
        begun_s,
        sites=SITES,
        filled_in_s=round(filled_s - begun_s, 1),
        drained_in_s=round(drained_s, 1),
        drained_per_s=round(len(sent.statuses) * SITES / drained_s),
        journal_mb=round(journal_bytes / 1e6, 1),
        resident_mb_before_drain=resident,
        resident_mb_most={name: max(values) for name, values in memory.items()},
        resident_mb_drain_by_thirds=_thirds(memory[STORE], drained_s),
    )


@contextmanager
def _memory(running: Service) -> Iterator[dict[str, list[float]]]:
    """Sample the resident memory of each process, in MB, until the block ends."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    ending = threading.Event()

    def sample() -> None:
        while not ending.wait(_SAMPLE_EVERY_S):
            for name, resident_mb in running.running.resident_mb().items():
                found[name.split(" ")[0]].append(resident_mb)

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        ending.set()
        thread.join()


def _thirds(values: list[float], drained_s: float) -> list[float]:
    """Return the most memory in each third of the drain, which are the last values."""
    count = max(3, int(drained_s / _SAMPLE_EVERY_S))
    drain = values[-count:]
    third = max(1, len(drain) // 3)
    return [max(drain[:third]), max(drain[third : 2 * third]), max(drain[2 * third :])]
