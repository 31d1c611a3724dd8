"""Room: how many bytes a journal may still take, by its own limit and by what the disk has left."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

MIB: Final = 1024 * 1024

# Our choice: what the store's outage of a day leaves at a hundred beacons a second.
JOURNAL_LIMIT_BYTES: Final = 10 * 1024 * MIB
# Our choice: what the writer needs to take the journal into the store, merges included, and so to
# make room again.
DISK_RESERVE_BYTES: Final = 512 * MIB

# Our choice: a busy collector writes a few MiB in this time, and a look costs 30 µs.
_LOOK_AGAIN_S: Final = 0.25

Shortage = Literal["", "journal_limit", "disk_reserve"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a machine's journals may fill the disk."""

    # Of all collectors' journals together.
    journal_bytes: int = JOURNAL_LIMIT_BYTES
    # To be left free on their disk.
    reserve_bytes: int = DISK_RESERVE_BYTES


class Room:
    """What is left for one collector's journal; use it from one thread."""

    def __init__(self, slot: Path, limits: Limits) -> None:
        self._slot = slot
        self._limits = limits
        self._looked_at_s = float("-inf")
        self._shortage: Shortage = "disk_reserve"
        self._left_bytes = 0

    def take(self, size_bytes: int) -> Shortage:
        """Take room for a write; return "", or what there is too little of."""
        if time.monotonic() - self._looked_at_s >= _LOOK_AGAIN_S:
            # A process without a file descriptor left cannot look, and can write all the same.
            with suppress(OSError):
                self._look()
        if size_bytes > self._left_bytes:
            return self._shortage
        self._left_bytes -= size_bytes
        return ""

    def _look(self) -> None:
        disk = os.statvfs(self._slot)
        of_disk = disk.f_bavail * disk.f_frsize - self._limits.reserve_bytes
        of_limit = self._limits.journal_bytes - _journal_bytes(self._slot.parent)
        self._left_bytes = min(of_disk, of_limit)
        self._shortage = "disk_reserve" if of_disk < of_limit else "journal_limit"
        self._looked_at_s = time.monotonic()


def _journal_bytes(root: Path) -> int:
    """Return the size of every slot's segments; the writer may delete some meanwhile."""
    size_bytes = 0
    for slot in os.scandir(root):
        if slot.is_dir():
            for file in os.scandir(slot):
                if file.name.endswith(".journal"):
                    try:
                        size_bytes += file.stat().st_size
                    except FileNotFoundError:
                        continue
    return size_bytes
