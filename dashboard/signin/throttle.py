"""Throttle: how many wrong passwords there may be, for an account and from an address."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from hashlib import blake2b
from math import ceil
from threading import Lock
from typing import Final

# Our choice: a person who forgot finds out in a few tries; a machine gets 480 a day.
MAX_FAILURES: Final = 5
WINDOW_S: Final = 15 * 60
# Bounds memory, about 3 MB.  Who fills it makes others' counts be forgotten, so each address
# that tries still gets only its five.
MAX_KEYS: Final = 20_000


class Throttle:
    """Counts of failures in memory alone, under keyed hashes: no address is written or kept."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._failures: OrderedDict[bytes, list[float]] = OrderedDict()
        self._lock = Lock()

    @property
    def key_count(self) -> int:
        """Return how many accounts and addresses are remembered."""
        return len(self._failures)

    def take(self, email: str, address: str, now_s: float) -> int:
        """Count a try as failed until `succeed` says otherwise; return how many are left after it.

        `now_s` is a monotonic clock's.  -1 means that there was none left: refuse it unread.
        """
        with self._lock:
            counts = [self._current(key, now_s) for key in self._keys(email, address)]
            if max(len(times) for times in counts) >= MAX_FAILURES:
                return -1
            for times in counts:
                times.append(now_s)
            return MAX_FAILURES - max(len(times) for times in counts)

    def succeed(self, email: str, address: str) -> None:
        """Forget the account's failures, and of the address's the try that succeeded."""
        by_email, by_address = self._keys(email, address)
        with self._lock:
            self._failures.pop(by_email, None)
            if times := self._failures.get(by_address):
                times.pop()

    def retry_after_s(self, email: str, address: str, now_s: float) -> int:
        """Return in how many seconds a next try will be read; 0 when at once."""
        with self._lock:
            counts = [self._current(key, now_s) for key in self._keys(email, address)]
        waits = [times[0] + WINDOW_S - now_s for times in counts if len(times) >= MAX_FAILURES]
        return ceil(max(waits, default=0))

    def _current(self, key: bytes, now_s: float) -> list[float]:
        """Return the failures of the window, the key moved to those used last."""
        times = [t for t in self._failures.pop(key, []) if t > now_s - WINDOW_S]
        self._failures[key] = times
        while len(self._failures) > MAX_KEYS:
            self._failures.popitem(last=False)
        return times

    def _keys(self, email: str, address: str) -> tuple[bytes, bytes]:
        return self._key(b"email", email), self._key(b"address", address)

    def _key(self, kind: bytes, text: str) -> bytes:
        keyed = blake2b(text.encode("utf-8", "replace"), key=self._secret, person=kind)
        return keyed.digest()
