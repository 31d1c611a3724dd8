"""Details: how many different ones the ledger of dropped events takes in an hour."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from collector.event import Drop

# Our choice: more than a person reads.  What a stranger may choose, such as a made-up hostname,
# must not grow the ledger: at most this many rows for each site, reason, hour and process.
DETAILS_AN_HOUR: Final = 100

# Stands for all that come after.
OTHERS: Final = "(others)"


class Details:
    """The details of the current hour."""

    def __init__(self) -> None:
        self._hour: datetime | None = None
        self._seen: dict[tuple[str, str], set[str]] = {}

    def bounded(self, drop: Drop) -> Drop:
        """Return the drop as it is, or without its detail when there are too many different."""
        if not drop.detail:
            return drop
        hour = drop.received_at.replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            self._hour = hour
            self._seen.clear()
        seen = self._seen.setdefault((drop.site, drop.reason), set())
        if drop.detail not in seen:
            if len(seen) >= DETAILS_AN_HOUR:
                return msgspec.structs.replace(drop, detail=OTHERS)
            seen.add(drop.detail)
        return drop
