"""Resend: whether a beacon's `id` was counted already, within ten minutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

# CONTRACT of the beacon endpoint: a repeat within this time is counted once.
RESEND_WINDOW: Final = timedelta(minutes=10)


class RecentIds:
    """The ids of the last ten to twenty minutes, in two generations that replace each other."""

    def __init__(self) -> None:
        self._young: set[int] = set()
        self._old: set[int] = set()
        self._turned_at: datetime | None = None

    def is_repeat(self, resend_id: int, at: datetime) -> bool:
        """Tell whether the id was seen before, and remember it.  Id 0 is none and never repeats."""
        if resend_id == 0:
            return False
        self._turn(at)
        if resend_id in self._young or resend_id in self._old:
            return True
        self._young.add(resend_id)
        return False

    def _turn(self, at: datetime) -> None:
        if self._turned_at is None:
            self._turned_at = at
        elif at - self._turned_at >= RESEND_WINDOW:
            self._old, self._young = self._young, set()
            self._turned_at = at
