"""Objections: today's pseudonyms that are not to be counted, in one file that collectors share.

It works while the store is down, and never enters a database.  A pseudonym is good for one day, so
that its objection is, too.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

from schema.files import write_atomically

OBJECTIONS_FILE: Final = "objections"

# Hash of the site's name, day as proleptic ordinal, pseudonym.
_ENTRY: Final = struct.Struct(">16sIQ")
# How often a process looks whether the file changed.  Our choice: an objection counts everywhere
# within a second, and a look is one `stat`.
_CHECK_INTERVAL_S: Final = 0.5

_Entry = tuple[bytes, int, int]


class Objections:
    """The objections of one data directory, for one process; raises OSError when the disk does."""

    def __init__(self, data: Path) -> None:
        self._path = data / OBJECTIONS_FILE
        self._stamp: tuple[int, int] | None = None
        self._checked_at_s = float("-inf")
        self._by_site: dict[bytes, frozenset[int]] = {}
        # Raised when others objected or took it back.
        self.version = 0

    def of_site(self, site: str) -> frozenset[int]:
        """Return the pseudonyms that objected on a site, as `refresh` last saw them."""
        return self._by_site.get(_site_hash(site), frozenset())

    def refresh(self, now_s: float) -> int:
        """Read the file if it changed, at most twice a second of a monotonic clock.

        Returns `version`.  A file that cannot be read leaves what was known.
        """
        if now_s - self._checked_at_s >= _CHECK_INTERVAL_S:
            self._checked_at_s = now_s
            self._read_if_changed()
        return self.version

    def add(self, site: str, day: date, visitor: int) -> None:
        """Write an objection and return when it is on the disk."""
        entry = (_site_hash(site), day.toordinal(), visitor)
        self._change(lambda entries: entries | {entry})

    def remove(self, site: str, day: date, visitor: int) -> None:
        """Take an objection back."""
        entry = (_site_hash(site), day.toordinal(), visitor)
        self._change(lambda entries: entries - {entry})

    def expire(self, today: Mapping[str, date]) -> None:
        """Forget the objections of days that are over, and of sites that were removed.

        `today` gives each site's day.
        """
        if not self._path.exists():
            return
        days = {_site_hash(site): day.toordinal() for site, day in today.items()}
        far = max(days.values(), default=0) + 1
        self._change(
            lambda entries: {entry for entry in entries if entry[1] >= days.get(entry[0], far)}
        )

    def _change(self, change: Callable[[set[_Entry]], set[_Entry]]) -> None:
        with self._locked():
            known = self._entries()
            entries = change(known)
            if entries != known:
                write_atomically(self._path, b"".join(_ENTRY.pack(*each) for each in entries))
        self._read_if_changed()

    def _read_if_changed(self) -> None:
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_ino)
            if stamp == self._stamp:
                return
            entries = self._entries()
        except OSError:
            return
        by_site: dict[bytes, set[int]] = {}
        for site, _, visitor in entries:
            by_site.setdefault(site, set()).add(visitor)
        self._by_site = {site: frozenset(visitors) for site, visitors in by_site.items()}
        self._stamp = stamp
        self.version += 1

    def _entries(self) -> set[_Entry]:
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return set()
        whole = len(content) - len(content) % _ENTRY.size
        return {(site, day, visitor) for site, day, visitor in _ENTRY.iter_unpack(content[:whole])}

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other processes from changing the file meanwhile."""
        lock = self._path.with_suffix(".lock")
        descriptor = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _site_hash(site: str) -> bytes:
    return hashlib.blake2b(site.encode(), digest_size=16).digest()
