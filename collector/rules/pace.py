"""Pace: whether one visitor asks for more pages than a person can, in memory no flood can grow."""

from __future__ import annotations

from array import array
from typing import Final

from collector.facts.visitor import IPAddress

# Our choice: 30 pages at once are a browser that opens its tabs again, and 90 a minute after that
# nobody's reading.  A shop's till or a school behind one address, all with the same browser, may
# come to it, which is why the rule is in shadow until a site says otherwise.
PAGES_AT_ONCE: Final = 30
PAGES_A_MINUTE: Final = 90

# Whoever goes on stays over; who stops is a person again after at most this long.
_CALMS_AFTER_S: Final = 60.0

# 2 MiB.  A flood of new addresses fills all of them only from 390,000 pageviews a second on.
_SLOTS: Final = 262_144


class Pace:
    """One pace for each visitor, kept as the instant at which its pages would be read.

    No address is held: a slot is chosen by Python's hash of strings, keyed anew in each process.
    """

    def __init__(self) -> None:
        self._step_s = 60 / PAGES_A_MINUTE
        self._burst_s = PAGES_AT_ONCE * self._step_s
        self._read_until_s = array("d", bytes(8 * _SLOTS))

    def is_inhuman(self, site: str, address: IPAddress, user_agent: str, now_s: float) -> bool:
        """Count one pageview at a monotonic instant, and tell whether it is one too many."""
        slot = hash((site, address.packed, user_agent)) % _SLOTS
        over_s = max(self._read_until_s[slot] - now_s, 0.0) + self._step_s
        self._read_until_s[slot] = now_s + min(over_s, self._burst_s + _CALMS_AFTER_S)
        # Whole steps are summed with an error of some nanoseconds.
        return over_s > self._burst_s + self._step_s / 2
