"""Rate: how many beacons one address may send, in memory that no flood can grow."""

from __future__ import annotations

from array import array
from ipaddress import IPv6Address
from math import ceil
from typing import Final

from collector.errors import RateError
from collector.facts.visitor import IPAddress

# Our choice.  A whole office or a mobile network's gateway browses behind one address, and a page
# sends a few beacons: this is hundreds of people clicking at once, and far below what one process
# takes.
BEACONS_PER_S: Final = 50.0
BURST_BEACONS: Final = 1_000

# Two addresses in one slot share a limit that neither comes near.  512 KiB.
_SLOTS: Final = 65_536
# Whoever has one IPv6 address has the whole of its /64 (RFC 6177).
_IPV6_NETWORK_BYTES: Final = 8


class RateLimit:
    """One limit for each address, kept as the instant at which its beacons would be used up.

    No address is held: a slot is chosen by Python's hash of bytes, keyed anew in each process.
    """

    def __init__(self, per_s: float = BEACONS_PER_S, burst: int = BURST_BEACONS) -> None:
        self._step_s = 1 / per_s
        self._burst_s = burst / per_s
        self._used_until_s = array("d", bytes(8 * _SLOTS))

    def take(self, address: IPAddress, now_s: float) -> None:
        """Count one beacon at a monotonic instant; raises RateError when it is one too many."""
        packed = address.packed
        if isinstance(address, IPv6Address):
            packed = packed[:_IPV6_NETWORK_BYTES]
        slot = hash(packed) % _SLOTS
        used_until_s = max(self._used_until_s[slot], now_s) + self._step_s
        over_s = used_until_s - now_s - self._burst_s
        if over_s > 0:
            raise RateError(retry_after_s=ceil(over_s))
        self._used_until_s[slot] = used_until_s
