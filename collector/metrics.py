"""Metrics: what a process counts about itself, in a small file that any process can read.

Numbers live in memory and are written as a whole once a second: a file mapped into memory would be
as fast, and would kill the process on a full disk.  They begin at 0 with their process.
"""

from __future__ import annotations

import hashlib
import os
import time
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from collector.event import DROP_REASONS, Drop, Event

# Steps of a beacon's way whose time is summed.
STEPS: Final = ("decode", "validate", "enrich")

# Our choice: a sync of an SSD, of one that is busy, of a disk; 25 ms is the bar for an answer.
JOURNAL_WAIT_S: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
# A batch is wanted each half second; the store gives up after a minute.
INSERT_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)
# Up to the most that one batch takes from one journal.
BATCH_RECORDS: Final = (1.0, 10.0, 100.0, 1_000.0, 5_000.0, 10_000.0, 20_000.0)

ANSWER_STATUSES: Final = (202, 400, 405, 413, 415, 429, 500, 503)
# Why a journal took no record, see journal.py.
JOURNAL_REFUSALS: Final = ("journal_limit", "disk_reserve", "write_failed")
# Connections that were closed before there was a whole request to answer.
CLOSINGS: Final = ("malformed", "head_too_large", "head_too_slow", "body_too_slow")
# What the writer finds after the answer.
LATE_REASONS: Final = ("no_session", "duplicate")


def _histogram(name: str, bounds: Sequence[float]) -> tuple[str, ...]:
    return (f"{name}.sum", *(f"{name}.le.{bound}" for bound in (*bounds, float("inf"))))


COLLECTOR_NAMES: Final = (
    "written_at",  # seconds since the epoch
    "ready",  # 1 while events can be made safe
    "accepted",
    *(f"dropped.{reason}" for reason in DROP_REASONS),
    *(f"answered.{status}" for status in ANSWER_STATUSES),
    *(f"closed.{closing}" for closing in CLOSINGS),
    *(f"refused.{reason}" for reason in JOURNAL_REFUSALS),
    *(f"{step}.sum" for step in STEPS),
    "decode.count",  # the other steps have the journal's: they are of beacons that it took
    *_histogram("journal_wait", JOURNAL_WAIT_S),
)
WRITER_NAMES: Final = (
    "written_at",
    "caught_up_at",  # seconds since the epoch; 0 before the first time
    "sessions",
    "rows",
    "errors",
    "refused",
    *(f"dropped.{reason}" for reason in LATE_REASONS),
    *_histogram("insert", INSERT_S),
    *_histogram("batch_records", BATCH_RECORDS),
)

_STAMP_BYTES: Final = 16


class _Meter:
    """Numbers under fixed names; with a path they are kept there."""

    def __init__(self, names: Sequence[str], path: Path | None) -> None:
        self._path = path
        self._stamp = _stamp(names)
        self._at: Mapping[str, int] = {name: index for index, name in enumerate(names)}
        # A list adds in two thirds of the time that an array or a mapped file takes.
        self._cells = [0.0] * len(names)

    def save(self) -> None:
        """Write the numbers where others find them; without a word when the disk takes none."""
        self._cells[self._at["written_at"]] = time.time()
        if self._path is None:
            return
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.pwrite(file, self._stamp + array("d", self._cells).tobytes(), 0)
            finally:
                os.close(file)

    def _observe(self, first: int, bounds: Sequence[float], value: float) -> None:
        """Add to the histogram whose sum stands at `first`."""
        self._cells[first] += value
        self._cells[first + 1 + bisect_left(bounds, value)] += 1.0


class CollectorMeter(_Meter):
    """What one collector counts; each call costs well below a microsecond."""

    def __init__(self, path: Path | None = None) -> None:
        super().__init__(COLLECTOR_NAMES, path)
        at = self._at
        self._accepted = at["accepted"]
        self._dropped = {reason: at[f"dropped.{reason}"] for reason in DROP_REASONS}
        self._answered = {status: at[f"answered.{status}"] for status in ANSWER_STATUSES}
        self._decode, self._validate, self._enrich = (at[f"{step}.sum"] for step in STEPS)
        self._decodes = at["decode.count"]
        self._journal_wait = at["journal_wait.sum"]

    def decoded(self, seconds: float) -> None:
        """Add the decoding of a body."""
        cells = self._cells
        cells[self._decode] += seconds
        cells[self._decodes] += 1.0

    def kept(
        self,
        records: Sequence[Event | Drop],
        begun_s: float,
        validated_s: float,
        enriched_s: float,
        safe_s: float,
    ) -> None:
        """Add a beacon whose records are safe, and the instants at which its steps ended."""
        cells = self._cells
        cells[self._validate] += validated_s - begun_s
        cells[self._enrich] += enriched_s - validated_s
        wait_s = safe_s - enriched_s
        at = self._journal_wait
        cells[at] += wait_s
        cells[at + 1 + bisect_left(JOURNAL_WAIT_S, wait_s)] += 1.0
        for record in records:
            if isinstance(record, Event):
                cells[self._accepted] += 1.0
            else:
                cells[self._dropped[record.reason]] += 1.0

    def answered(self, status: int) -> None:
        """Add an answer to a beacon."""
        self._cells[self._answered[status]] += 1.0

    def closed(self, closing: str) -> None:
        """Add a connection closed before there was a whole request, by one of `CLOSINGS`."""
        self._cells[self._at[f"closed.{closing}"]] += 1.0

    def set_state(self, is_ready: bool, refused: Mapping[str, int]) -> None:
        """Say whether events can be made safe now, and what the journal refused since the start."""
        self._cells[self._at["ready"]] = float(is_ready)
        for reason in JOURNAL_REFUSALS:
            self._cells[self._at[f"refused.{reason}"]] = refused.get(reason, 0)


class WriterMeter(_Meter):
    """What the writer counts, a batch at a time."""

    def __init__(self, path: Path | None = None) -> None:
        super().__init__(WRITER_NAMES, path)

    def inserted(
        self, records: int, rows: int, dropped: Iterable[tuple[str, int]], seconds: float
    ) -> None:
        """Add a batch that the store has: what the journal had of it, what became rows of events,
        what was dropped by which reason, and how long it took.
        """
        self._cells[self._at["rows"]] += rows
        for reason, count in dropped:
            if reason in LATE_REASONS:
                self._cells[self._at[f"dropped.{reason}"]] += count
        self._observe(self._at["insert.sum"], INSERT_S, seconds)
        self._observe(self._at["batch_records.sum"], BATCH_RECORDS, float(records))

    def failed(self) -> None:
        """Add an attempt after which a batch has to be tried again."""
        self._cells[self._at["errors"]] += 1.0

    def set_state(self, sessions: int, refused: int, caught_up_at_s: float) -> None:
        """Say how many sessions are open, how many events the store has refused since the start,
        and when the journal last held nothing unread.
        """
        self._cells[self._at["sessions"]] = sessions
        self._cells[self._at["refused"]] = refused
        self._cells[self._at["caught_up_at"]] = caught_up_at_s


def read_numbers(path: Path, names: Sequence[str]) -> dict[str, float] | None:
    """Return the numbers that a process wrote to `path`; None without one of these names."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    cells = array("d")
    if not content.startswith(_stamp(names)) or len(content) != _size_bytes(names):
        return None
    cells.frombytes(content[_STAMP_BYTES:])
    return dict(zip(names, cells, strict=True))


def _stamp(names: Sequence[str]) -> bytes:
    """Return what says which number stands where: another version counts other things."""
    return hashlib.blake2b("\n".join(names).encode(), digest_size=_STAMP_BYTES).digest()


def _size_bytes(names: Sequence[str]) -> int:
    return _STAMP_BYTES + 8 * len(names)
