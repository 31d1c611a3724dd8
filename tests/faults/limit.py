"""Limit: a journal that grows to its limit while the store is stopped, and shrinks again."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from collector.resend import REMEMBERED
from tests.faults.figures import Figures, figures, stored_rows
from tests.faults.service import STORE, service
from tests.faults.traffic import traffic
from tests.installation import answers, wait_until

LIMIT_MIB = 1


def reach_the_limit(folder: Path) -> Figures:
    """Send until the journal is full, let the store catch up, and let ten minutes seem to pass."""
    begun_s = time.monotonic()
    with service(
        folder,
        FOOTFALL_JOURNAL_LIMIT_MIB=str(LIMIT_MIB),
        FOOTFALL_STORE_HUNG_AFTER_S="0",
    ) as running:
        running.kill(STORE, signal.SIGSTOP)
        with traffic(running.public, per_s=2_000, connections=32) as sent:
            wait_until(lambda: sent.answers[503] > 100)
        size_bytes = sum(path.stat().st_size for path in running.data.rglob("*.journal"))
        running.kill(STORE, signal.SIGCONT)
        running.wait_until_stored()
        _age(running.data)
        wait_until(lambda: answers(f"{running.public}/health"))
        running.wait_until_stored()
    log = running.log.read_text(encoding="utf-8")
    return figures(
        "journal at its limit",
        sent,
        stored_rows(running.data),
        begun_s,
        limit_mib=LIMIT_MIB,
        journal_bytes=size_bytes,
        said=[event for event in ("journal_full", "journal_recovered") if event in log],
        retry_after=dict(sent.retry_after),
    )


def _age(data: Path) -> None:
    """Make segments as old as they are when no resend can need them."""
    old_s = time.time() - REMEMBERED.total_seconds() - 60
    for path in data.rglob("*.journal"):
        os.utime(path, (old_s, old_s))
