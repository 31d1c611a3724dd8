"""Salt: the secret key behind the visitors of one site and local day, destroyed with that day.

All processes of a machine share one file.  Each site has one slot in it, which the next day's key
overwrites in place, so that no old key stays behind in a freed block of the disk.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Final

from schema.files import sync_directory
from schema.sites import Site

# blake2b takes keys of up to 64 bytes; 32 are past any search (RFC 7693, 2.1).
KEY_BYTES: Final = 32
_NO_KEY: Final = bytes(KEY_BYTES)

# Hash of the site's name, day as proleptic ordinal, key, checksum of all before it.  64 bytes lie
# within one sector, which a disk writes as a whole.
_SLOT: Final = struct.Struct("<16sI4x32s8s")
_CHECKSUM_BYTES: Final = 8
_FREE: Final = bytes(_SLOT.size)

# Where a day ends last on Earth (tzdata's Etc/GMT+12).
_LAST_ZONE: Final = timezone(timedelta(hours=-12))

# Today's zones differ from UTC by whole minutes, so that a day begins with one (tzdata 2026.6).
_MINUTE_S: Final = 60


@dataclass(frozen=True, slots=True)
class Salt:
    """One site's key for one local day."""

    day: date
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Slot:
    """A site's place in the file; the day stays when the key is destroyed."""

    offset: int
    site: bytes
    day: date
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Current:
    """A site's salt, which cannot change within the minute."""

    minute: int
    site: Site
    salt: Salt


class SaltBook:
    """The machine's salts, for one process; everything raises OSError when the disk does."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._salts: dict[str, Salt] = {}
        self._current: dict[str, _Current] = {}

    def current(self, site: Site, now: datetime) -> tuple[date, Salt]:
        """Return the site's day at `now`, an aware instant, and that day's salt.

        The day is never earlier than one that was given before, whatever the clock does.
        """
        minute = int(now.timestamp()) // _MINUTE_S
        current = self._current.get(site.name)
        if current is None or current.minute != minute or current.site is not site:
            current = _Current(minute, site, self.for_day(site.name, site.day_at(now)))
            self._current[site.name] = current
        return current.salt.day, current.salt

    def for_day(self, site: str, day: date) -> Salt:
        """Return the site's salt for `day`, made if missing; for the newest known day, if later."""
        salt = self._salts.get(site)
        if salt is None or salt.day < day:
            salt = self._salts[site] = self._read_or_make(site, day)
        return salt

    def expire(self, now: datetime, sites: Iterable[Site]) -> None:
        """Destroy the salts of days that are over.

        A site that is not in `sites` was removed, or added so lately that this process has not
        heard of it: its salt goes when its day is over in every time zone.  Forgets in memory what
        the file no longer holds, whichever process destroyed it.
        """
        today = {_site_hash(site.name): site.day_at(now) for site in sites}
        earliest = now.astimezone(_LAST_ZONE).date()
        with self._locked() as file:
            slots = list(_read(file))
            ended = [slot for slot in slots if slot.day < today.get(slot.site, earliest)]
            known = [slot for slot in ended if slot.site in today and slot.key != _NO_KEY]
            gone = [slot for slot in ended if slot.site not in today]
            for slot in known:
                os.pwrite(file, _packed(slot.site, slot.day, _NO_KEY), slot.offset)
            for slot in gone:
                os.pwrite(file, _FREE, slot.offset)
            if known or gone:
                os.fdatasync(file)
        alive = {(slot.site, slot.key) for slot in slots if slot not in ended}
        self._salts = {
            site: salt
            for site, salt in self._salts.items()
            if (_site_hash(site), salt.key) in alive
        }
        self._current = {
            site: current for site, current in self._current.items() if site in self._salts
        }

    def oldest_day(self) -> date | None:
        """Return the earliest day whose key is still there; None without any."""
        if not self._path.exists():
            return None
        with self._locked() as file:
            return min((slot.day for slot in _read(file) if slot.key != _NO_KEY), default=None)

    def _read_or_make(self, site: str, day: date) -> Salt:
        site_hash = _site_hash(site)
        with self._locked() as file:
            slots = list(_read(file))
            own = next((slot for slot in slots if slot.site == site_hash), None)
            if own is not None and own.day >= day:
                day = own.day
                if own.key != _NO_KEY:
                    return Salt(day, own.key)
            key = secrets.token_bytes(KEY_BYTES)
            offset = own.offset if own is not None else _free_offset(slots)
            os.pwrite(file, _packed(site_hash, day, key), offset)
            os.fdatasync(file)
        return Salt(day, key)

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """Yield the file's descriptor while no other process reads or writes it."""
        is_new = not self._path.exists()
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if is_new:
                sync_directory(self._path.parent)
            yield file
        finally:
            os.close(file)


def _read(file: int) -> Iterator[_Slot]:
    """Yield the slots in use; a damaged one is wiped, as its key is of no use."""
    content = os.pread(file, os.fstat(file).st_size, 0)
    for offset in range(0, len(content), _SLOT.size):
        slot = content[offset : offset + _SLOT.size]
        if slot == _FREE:
            continue
        if len(slot) < _SLOT.size or _checksum(slot[:-_CHECKSUM_BYTES]) != slot[-_CHECKSUM_BYTES:]:
            os.pwrite(file, _FREE, offset)
            os.fdatasync(file)
            continue
        site, ordinal, key, _ = _SLOT.unpack(slot)
        yield _Slot(offset, site, date.fromordinal(ordinal), key)


def _free_offset(slots: list[_Slot]) -> int:
    """Return the first offset that no slot has."""
    taken = {slot.offset for slot in slots}
    return next(i * _SLOT.size for i in range(len(slots) + 1) if i * _SLOT.size not in taken)


def _packed(site: bytes, day: date, key: bytes) -> bytes:
    unsigned = _SLOT.pack(site, day.toordinal(), key, bytes(_CHECKSUM_BYTES))[:-_CHECKSUM_BYTES]
    return unsigned + _checksum(unsigned)


def _checksum(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_CHECKSUM_BYTES).digest()


def _site_hash(site: str) -> bytes:
    return hashlib.blake2b(site.encode(), digest_size=16).digest()
