"""Hang: the store process stopped with SIGSTOP under traffic, and let go on or not."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from tests.faults.figures import Figures, figures, stored_rows
from tests.faults.service import STORE, service
from tests.faults.traffic import traffic
from tests.installation import wait_until


def stop_store_for(folder: Path, *, stopped_s: float, hung_after_s: int) -> Figures:
    """Stop the store under traffic; with a limit below `stopped_s` the supervisor replaces it."""
    begun_s = time.monotonic()
    with (
        service(folder, FOOTFALL_STORE_HUNG_AFTER_S=str(hung_after_s)) as running,
        traffic(running.public, per_s=300) as sent,
    ):
        stopped = running.running.process_id(STORE)
        running.kill(STORE, signal.SIGSTOP)
        time.sleep(stopped_s)
        if is_replaced := bool(hung_after_s and hung_after_s < stopped_s):
            wait_until(lambda: running.running.process_id(STORE) != stopped)
        else:
            running.kill(STORE, signal.SIGCONT)
        running.wait_until_well()
        sent.stop()
        running.wait_until_stored()
    return figures(
        "store stopped",
        sent,
        stored_rows(running.data),
        begun_s,
        stopped_s=stopped_s,
        hung_after_s=hung_after_s,
        replaced=is_replaced and "process_hung" in running.log.read_text(encoding="utf-8"),
    )
