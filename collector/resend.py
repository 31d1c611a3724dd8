"""Resend: whether a beacon's `id` was seen already, within ten minutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

# CONTRACT of the beacon endpoint: a repeat within this time is counted once.
RESEND_WINDOW: Final = timedelta(minutes=10)


class RecentIds:
    """The ids of the last ten minutes.

    The answer depends on those minutes' records alone, whatever was seen before, so that a writer
    that starts again over what the journal still holds decides as the one before it did.
    """

    def __init__(self) -> None:
        # In the order of their instants: the oldest first, to be forgotten first.
        self._seen_at: dict[int, datetime] = {}

    def __len__(self) -> int:
        return len(self._seen_at)

    def is_repeat(self, resend_id: int, at: datetime) -> bool:
        """Tell whether the id was seen before, and remember it.  Id 0 is none and never repeats."""
        if resend_id == 0:
            return False
        self._forget_before(at - RESEND_WINDOW)
        before = self._seen_at.pop(resend_id, None)
        self._seen_at[resend_id] = at
        return before is not None and at - before < RESEND_WINDOW

    def _forget_before(self, instant: datetime) -> None:
        while self._seen_at:
            oldest = next(iter(self._seen_at))
            if self._seen_at[oldest] > instant:
                return
            del self._seen_at[oldest]
