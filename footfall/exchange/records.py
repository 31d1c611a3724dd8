"""Records: what a reader of a file gives, an event or a day's figures, and what it says of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from collector.event import Event
from footfall.errors import CommandError

# A session that the file does not name: it is found as the writer finds it.
TO_BE_PLACED: Final = -1


class FileError(CommandError):
    """A file is not what it was taken for; nothing of it was imported."""

    def __init__(self, path: Path, line: int, expected: str, column: str = "") -> None:
        where = f"{path.name}, line {line}" + (f", column {column!r}" if column else "")
        super().__init__(f"{where}: {expected}; nothing was imported")


class Row(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An event from a file."""

    event: Event
    session: int = TO_BE_PLACED
    starts: bool = False


class Figure(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Figures of one day and one value; dimension and value '' are the whole site's."""

    day: date
    dimension: str
    value: str
    visitors: int = 0
    sessions: int = 0
    pageviews: int = 0
    events: int = 0
    bounces: int = 0
    duration_s: int = 0
    revenue: Decimal = Decimal(0)
    currency: str = ""


Record: TypeAlias = Row | Figure
Records: TypeAlias = Iterator[Record]


@dataclass(slots=True)
class Notes:
    """What a reader did with a file, for the person who imports it."""

    rows_read: int = 0
    # Rows that do not come in, by why.
    left_out: Counter[str] = field(default_factory=Counter)
    # "their column → ours", and what of theirs has no place here.
    mapped: list[str] = field(default_factory=list)
    not_carried: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def leave_out(self, reason: str, count: int = 1) -> None:
        """Count rows that do not come in."""
        self.left_out[reason] += count

    def lose(self, *names: str) -> None:
        """Note what cannot be carried over, each once."""
        self.not_carried += [name for name in names if name not in self.not_carried]
