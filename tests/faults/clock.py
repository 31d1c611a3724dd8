"""Clock: the processes' clocks jump an hour ahead and back under traffic.

libfaketime stands between the processes and the system's clock; it reads how far from a file.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from tests.faults.figures import Figures, figures, stored_rows
from tests.faults.service import service
from tests.faults.traffic import traffic
from tests.read_store import read_store

# Where Debian's package `faketime` puts it.
LIBRARY: Final = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)

_JUMPS: Final = ("+3600", "+0", "-3600", "+0")


def jump_the_clock(folder: Path, *, rounds: int, hold_s: float) -> Figures | None:
    """Jump ahead, back, behind and back again; None where there is no libfaketime."""
    if LIBRARY is None:
        return None
    begun_s = time.monotonic()
    offset = folder / "offset"
    offset.write_text("+0\n")
    environ = {
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        # Time limits are the system's business, not the clock's.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with (
        service(folder, **environ) as running,  # type: ignore[arg-type]
        traffic(running.public, per_s=200) as sent,
    ):
        for jump in _JUMPS * rounds:
            time.sleep(hold_s)
            offset.write_text(f"{jump}\n")
        time.sleep(hold_s)
        sent.stop()
        running.wait_until_stored()
    [[minutes]] = read_store(
        running.data,
        "SELECT dateDiff('minute', min(received_at), max(received_at)) FROM event_rows",
    )
    return figures(
        "clock jumps an hour",
        sent,
        stored_rows(running.data),
        begun_s,
        minutes_between_first_and_last=minutes,
        how=f"libfaketime, {len(_JUMPS) * rounds} jumps",
    )
