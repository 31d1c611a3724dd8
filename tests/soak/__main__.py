"""Soak: every fault at full length; prints one line of figures as JSON for each."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.clickhouse_front import clickhouse_front
from tests.faults.clock import jump_the_clock
from tests.faults.damage import damage_the_journal
from tests.faults.descriptors import use_up_descriptors
from tests.faults.disk import fill_the_disk
from tests.faults.figures import Figures
from tests.faults.hang import stop_store_for
from tests.faults.kills import kill_in_random_order
from tests.faults.limit import reach_the_limit
from tests.faults.outage import drain_an_outage
from tests.faults.resends import resend_after_kills
from tests.faults.server import fail_inserts

KILLS: Final = 100
# An hour at 200 beacons a second.
OUTAGE_RECORDS: Final = 720_000


def _server(folder: Path) -> Figures:
    with clickhouse_front(folder / "server") as url:
        # A hang longer than the store waits for an answer, 30 s.
        return fail_inserts(folder, url, rounds=1, hold_s=35)


def _faults(seed: int) -> dict[str, Callable[[Path], Figures | dict[str, Any] | None]]:
    return {
        "kills": lambda folder: kill_in_random_order(folder, rounds=KILLS, seed=seed),
        "hang": lambda folder: stop_store_for(folder, stopped_s=60, hung_after_s=0),
        "hang_replaced": lambda folder: stop_store_for(folder, stopped_s=60, hung_after_s=20),
        "server": _server,
        "disk": lambda folder: fill_the_disk(folder, hold_s=20),
        "limit": reach_the_limit,
        "damage": damage_the_journal,
        "clock": lambda folder: jump_the_clock(folder, rounds=5, hold_s=4),
        "descriptors": lambda folder: use_up_descriptors(folder, hold_s=30),
        "resends": resend_after_kills,
        "outage": lambda folder: drain_an_outage(folder, records=OUTAGE_RECORDS, per_s=2_500),
    }


def main() -> None:
    """Run the faults that the arguments name, or all; exit with 1 unless every bar is met."""
    seed = time.time_ns() % 10**6
    faults = _faults(seed)
    is_well = True
    for name in sys.argv[1:] or faults:
        with tempfile.TemporaryDirectory(prefix="footfall-soak-") as folder:
            found = faults[name](Path(folder))
        record = found.record() if isinstance(found, Figures) else found
        if record is None:
            record = {"fault": name, "not_run": "no libfaketime: install the package faketime"}
        elif record["lost"] or record["doubled"] or record.get("kept_though_refused"):
            is_well = False
        sys.stdout.write(json.dumps(record) + "\n")
        sys.stdout.flush()
    sys.exit(0 if is_well else 1)


if __name__ == "__main__":
    main()
