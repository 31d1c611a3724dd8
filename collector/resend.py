"""Resend: whether a beacon's `id` was seen already, within ten minutes."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

# CONTRACT of the beacon endpoint: a repeat within this time is counted once.
RESEND_WINDOW: Final = timedelta(minutes=10)

# Ids are forgotten a span at a time. Our choice: five spans are looked through, and what ends one,
# sorting it, takes under a second at 10,000 beacons a second.
_SPAN: Final = timedelta(minutes=2)

# How long an id may be known: the window, and what is left of the span it came in.
REMEMBERED: Final = RESEND_WINDOW + _SPAN

_SPANS_KEPT: Final = RESEND_WINDOW // _SPAN


class RecentIds:
    """The ids of the last ten minutes, or up to twelve; use it from one thread.

    The answer depends on `REMEMBERED` of records alone, whatever was seen before, so that a writer
    that starts again over what the journal still holds decides as the one before it did.  Eight
    bytes an id but for the newest span's: a rush hour has millions.
    """

    def __init__(self) -> None:
        self._span = 0  # since the epoch
        self._newest: set[int] = set()
        self._older: deque[tuple[int, Sequence[int]]] = deque()  # each span's ids, sorted

    def __len__(self) -> int:
        return len(self._newest) + sum(len(ids) for _, ids in self._older)

    def is_repeat(self, resend_id: int, at: datetime) -> bool:
        """Tell whether the id was seen before, and remember it.  Id 0 is none and never repeats."""
        if resend_id == 0:
            return False
        span = int(at.timestamp() // _SPAN.total_seconds())
        if span > self._span:
            self._begin(span)
        is_repeat = resend_id in self._newest or any(_has(ids, resend_id) for _, ids in self._older)
        self._newest.add(resend_id)
        return is_repeat

    def _begin(self, span: int) -> None:
        if self._newest:
            self._older.append((self._span, array("Q", sorted(self._newest))))
            self._newest = set()
        self._span = span
        while self._older and self._older[0][0] < span - _SPANS_KEPT:
            self._older.popleft()


def _has(ids: Sequence[int], wanted: int) -> bool:
    at = bisect_left(ids, wanted)
    return at < len(ids) and ids[at] == wanted
