"""Staging: a file's events by day, in order and with their sessions, before any of them is stored.

A file is read to its end first, so that a bad line at its end leaves nothing behind.  What waits
is on the disk, in a directory that is removed afterwards; one day at a time is in memory.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

import msgspec

from collector.event import ENGAGEMENT
from collector.writer.session import Sessions
from footfall.exchange.daily_sums import with_totals
from footfall.exchange.records import TO_BE_PLACED, Figure, Notes, Record, Row
from schema import Site
from schema.keys import NO_KEYS, Keys
from schema.sealing import open_file, seal_file

# Written when so many rows wait.  Our choice: 50 MB.
_ROWS_KEPT: Final = 50_000
# One insert.  Measured in collector/writer/writer.py: four fifths of the engine's best rate.
CHUNK_ROWS: Final = 20_000

_encode = msgspec.msgpack.Encoder().encode
_decode_rows = msgspec.msgpack.Decoder(list[Row]).decode
_decode_figures = msgspec.msgpack.Decoder(list[Figure]).decode
_LENGTH_BYTES: Final = 8
# What its keys are derived for.
_USE: Final = b"import"


class Stage:
    """The days of one file, in a directory that does not outlive `close`."""

    def __init__(
        self, directory: Path, site: Site, today: date, notes: Notes, keys: Keys = NO_KEYS
    ) -> None:
        """With `keys` what waits is sealed."""
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True, mode=0o700)
        self.directory = directory
        self._keys = keys
        self.event_days: dict[date, int] = {}
        self.figure_days: set[date] = set()
        self.figures: list[Figure] = []
        self.sessions = 0
        self._site = site
        self._today = today
        self._notes = notes
        self._waiting: defaultdict[date, list[Row]] = defaultdict(list)
        self._rows_waiting = 0

    def add(self, record: Record, since: date | None, until: date | None) -> None:
        """Take an event or a figure of a day that is over and asked for."""
        day = record.event.day if isinstance(record, Row) else record.day
        if (since and day < since) or (until and day > until):
            self._notes.leave_out("rows of days that were not asked for")
        elif day >= self._today:
            self._notes.leave_out("rows of days that are not over yet")
        elif isinstance(record, Figure):
            self.figure_days.add(day)
            self.figures.append(record)
        else:
            self.event_days[day] = self.event_days.get(day, 0) + 1
            self._waiting[day].append(record)
            self._rows_waiting += 1
            if self._rows_waiting >= _ROWS_KEPT:
                self._write_waiting()

    def place(self) -> None:
        """Give every event its session; call it once, behind the last row."""
        self._write_waiting()
        for day in sorted(self.event_days):
            placed = self._placed(day)
            self.event_days[day] = len(placed)
            for number, first in enumerate(range(0, len(placed), CHUNK_ROWS)):
                chunk = placed[first : first + CHUNK_ROWS]
                (self.directory / f"{day}-{number}.rows").write_bytes(self._sealed(chunk))
        self.event_days = {day: count for day, count in self.event_days.items() if count}
        self.figures = with_totals(self.figures, self._notes.remarks)

    def chunks(self, day: date) -> Iterator[str]:
        """Yield the names of a day's files, in order."""
        for number in range(-(-self.event_days[day] // CHUNK_ROWS)):
            yield f"{day}-{number}.rows"

    def write_figures(self, days: set[date]) -> Iterator[tuple[str, int]]:
        """Write the figures of some days; yield each file's name and its days' number."""
        by_day: defaultdict[date, list[Figure]] = defaultdict(list)
        for figure in self.figures:
            if figure.day in days:
                by_day[figure.day].append(figure)
        for day, figures in sorted(by_day.items()):
            name = f"{day}.figures"
            (self.directory / name).write_bytes(self._sealed(figures))
            yield name, len(figures)

    def close(self) -> None:
        """Remove what was staged."""
        shutil.rmtree(self.directory, ignore_errors=True)

    def _write_waiting(self) -> None:
        for day, rows in self._waiting.items():
            block = self._sealed(rows)
            with (self.directory / f"{day}.unsorted").open("ab") as file:
                file.write(len(block).to_bytes(_LENGTH_BYTES, "big") + block)
        self._waiting.clear()
        self._rows_waiting = 0

    def _sealed(self, rows: Sequence[Row | Figure]) -> bytes:
        return seal_file(self._keys, _USE, _encode(rows))

    def _placed(self, day: date) -> list[Row]:
        unsorted = self.directory / f"{day}.unsorted"
        rows = [row for block in _blocks(unsorted) for row in _opened_rows(block, self._keys)]
        unsorted.unlink()
        rows.sort(key=_moment)
        sessions = Sessions()
        opened: set[int] = {row.session for row in rows if row.starts}
        placed = []
        for row in rows:
            item = _with_session(row, sessions, opened)
            if item is None:
                self._notes.leave_out("engagements without a session")
            else:
                self.sessions += item.starts
                placed.append(item)
        return placed


def read_rows(path: Path, keys: Keys = NO_KEYS) -> list[Row]:
    """Return what a file of rows holds."""
    return _opened_rows(path.read_bytes(), keys)


def read_figures(path: Path, keys: Keys = NO_KEYS) -> list[Figure]:
    """Return what a file of figures holds."""
    return _decode_figures(open_file(keys, _USE, path.read_bytes()))


def _opened_rows(block: bytes, keys: Keys) -> list[Row]:
    return _decode_rows(open_file(keys, _USE, block))


def _moment(row: Row) -> tuple[datetime, bool]:
    # Of one instant, what may open a session comes first.
    return row.event.time, row.event.name == ENGAGEMENT


def _with_session(row: Row, sessions: Sessions, opened: set[int]) -> Row | None:
    if row.session == TO_BE_PLACED:
        assigned = sessions.assign(row.event)
        return None if assigned is None else Row(row.event, assigned.session, assigned.starts)
    if row.session and row.session not in opened and row.event.name != ENGAGEMENT:
        opened.add(row.session)
        return Row(row.event, row.session, starts=True)
    return row


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while head := file.read(_LENGTH_BYTES):
            yield file.read(int.from_bytes(head, "big"))


def days_text(days: Sequence[date]) -> str:
    """Return days as a person reads them: how many, the first and the last."""
    if not days:
        return "none"
    first, last = min(days), max(days)
    return f"{first}" if first == last else f"{len(days)} days, {first} to {last}"
