"""Damage: a journal with a flipped byte, a torn end and an event that no store takes."""

from __future__ import annotations

import asyncio
import signal
import time
from pathlib import Path
from typing import Any

from collector.event import Event
from collector.journal.frames import decode_frames, encode_frame
from collector.journal.journal import segment_path, segment_sequences
from tests.collector.journals import an_event, append
from tests.faults.figures import Figures, figures, stored_rows
from tests.faults.load import pageview, send
from tests.faults.service import COLLECTOR, STORE, service
from tests.faults.traffic import traffic
from tests.installation import wait_until

# Of the numbered beacons; in the middle of what waits for the store.
FLIPPED = 100


def damage_the_journal(folder: Path) -> Figures:
    """Flip a byte of one record, tear the end, and append a poison event, all before the store
    has read any of it; the flipped record's beacon is left out of the figures."""
    begun_s = time.monotonic()
    with service(folder, FOOTFALL_STORE_HUNG_AFTER_S="0") as running:
        running.kill(STORE, signal.SIGSTOP)
        slot = running.data / "journal" / "c0"
        with traffic(running.public, per_s=200) as sent:
            wait_until(lambda: len(sent.statuses) > 2 * FLIPPED)
        _flip(slot)
        torn = segment_path(slot, segment_sequences(slot)[-1])
        running.kill(COLLECTOR, signal.SIGKILL)
        with torn.open("ab") as file:
            file.write(encode_frame(an_event(path="/torn"))[:-1])
        poison = an_event(path="/poison", scroll_depth=1000)
        append(running.data / "journal", [poison], slot="poison")
        running.kill(STORE, signal.SIGCONT)
        _send_one(running.public)
        running.wait_until_stored()
    del sent.statuses[FLIPPED]
    log = running.log.read_text(encoding="utf-8")
    return figures(
        "journal damaged",
        sent,
        stored_rows(running.data),
        begun_s,
        quarantined=_quarantined(running.data / "journal"),
        reported=[
            event
            for event in ("journal_record_damaged", "journal_torn_record_cut", "event_refused")
            if event in log
        ],
    )


def _flip(slot: Path) -> None:
    """Flip a byte in the middle of the record of the beacon `FLIPPED`."""
    for sequence in segment_sequences(slot):
        path = segment_path(slot, sequence)
        data = bytearray(path.read_bytes())
        for frame in decode_frames(bytes(data), 0, 10**6)[0]:
            if isinstance(frame.record, Event) and frame.record.path == f"/n/{FLIPPED}":
                data[(frame.start + frame.end) // 2] ^= 0xFF
                path.write_bytes(data)
                return
    raise LookupError("the record is not in the journal")


def _send_one(url: str) -> None:
    """Send a beacon to the collector that was started again, past the numbered ones."""
    assert asyncio.run(send(url, [pageview(10**6, visitors=1)], connections=1)) == [202]


def _quarantined(journal: Path) -> list[Any]:
    return sorted(path.name.split("-")[0] for path in journal.rglob("*.quarantine"))
