"""Resend: whether a beacon's `id` was seen already, within ten minutes."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

# CONTRACT of the beacon endpoint: a repeat within this time is counted once.
RESEND_WINDOW: Final = timedelta(minutes=10)

# Ids are forgotten a span at a time. Our choice: what ends one, sorting it, takes half a second at
# 10,000 beacons a second, and its ids are few enough for a set of them.
_SPAN: Final = timedelta(minutes=1)

# How long an id may be known: the window, and what is left of the span it came in.
REMEMBERED: Final = RESEND_WINDOW + _SPAN

_SPANS_KEPT: Final = RESEND_WINDOW // _SPAN

# Our choice: of a million ids 12 in 100 bits are set, so that one look tells of most strangers.
_MARKED_BYTES: Final = 1 << 20


class RecentIds:
    """The ids of the last ten minutes, or up to eleven; use it from one thread.

    The answer depends on `REMEMBERED` of records alone, whatever was seen before, so that a writer
    that starts again over what the journal still holds decides as the one before it did.  Eight
    bytes an id but for the newest span's: a rush hour has millions.
    """

    def __init__(self) -> None:
        self._span = 0  # since the epoch
        self._newest: set[int] = set()
        self._older: list[_Span] = []

    def __len__(self) -> int:
        return len(self._newest) + sum(map(len, self._older))

    def is_repeat(self, resend_id: int, at: datetime) -> bool:
        """Tell whether the id was seen before, and remember it.  Id 0 is none and never repeats."""
        if resend_id == 0:
            return False
        span = int(at.timestamp() // _SPAN.total_seconds())
        # A clock that went far back would else fill one span until it has caught up.
        if span > self._span or span < self._span - _SPANS_KEPT:
            self._begin(span)
        byte, bit = _mark(resend_id)
        is_repeat = resend_id in self._newest or any(
            older.marks[byte] & bit and resend_id in older for older in self._older
        )
        self._newest.add(resend_id)
        return is_repeat

    def _begin(self, span: int) -> None:
        if self._newest:
            self._older.append(_Span(self._span, self._newest))
            self._newest = set()
        self._span = span
        self._older = [older for older in self._older if older.number >= span - _SPANS_KEPT]


class _Span:
    """The ids of a span that is over; one whose mark is not set is not among them."""

    __slots__ = ("_ids", "marks", "number")

    def __init__(self, number: int, ids: Collection[int]) -> None:
        self.number = number
        self._ids = array("Q", sorted(ids))
        self.marks = bytearray(_MARKED_BYTES)
        for byte, bit in map(_mark, ids):
            self.marks[byte] |= bit

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, wanted: int) -> bool:
        at = bisect_left(self._ids, wanted)
        return at < len(self._ids) and self._ids[at] == wanted


def _mark(resend_id: int) -> tuple[int, int]:
    """Return the byte and the bit in it that mark an id, as they mark some others."""
    return (resend_id >> 3) % _MARKED_BYTES, 1 << (resend_id & 7)
