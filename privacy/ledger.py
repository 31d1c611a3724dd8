"""Ledger: what was erased, corrected or held, outside the database, so that no backup undoes it.

It lies in the data directory and goes beside each backup.  A restore carries out again what it
says; entries go once every backup that is older than them is gone.
"""

from __future__ import annotations

import fcntl
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias
from zlib import crc32

import msgspec

from privacy.records import Correction, Erasure, Hold, Release, RowRecord
from schema.files import sync_directory, write_all, write_atomically
from schema.keys import NO_KEYS, Keys
from schema.sealing import Sealer, key_id_of, open_sealed

LEDGER_FILE: Final = "erasures.ledger"
# What its keys are derived for.
_USE: Final = b"ledger"

_CHECKSUM_DIGITS: Final = 8


class Backup(msgspec.Struct, frozen=True, tag="backup"):
    """A copy of the data that exists, by its name and how long it is kept."""

    name: str
    made_at: datetime  # aware, UTC
    until: datetime


class Entry(msgspec.Struct, frozen=True, tag="entry"):
    """A record that was carried out."""

    record: Erasure | Correction | Hold | Release
    noted_at: datetime  # aware, UTC: before it was carried out


_Line: TypeAlias = Entry | Backup
_decode: Final = msgspec.json.Decoder(Entry | Backup).decode
_encode: Final = msgspec.json.Encoder().encode


class Ledger:
    """The ledger in one data directory; one process writes it, from any of its threads."""

    def __init__(self, data: Path, keys: Keys = NO_KEYS) -> None:
        """With `keys` its lines are sealed; those that are not can be read all the same."""
        self._path = data / LEDGER_FILE
        self._keys = keys
        self._sealer = Sealer(keys, _USE) if keys else None

    def note(self, record: RowRecord, now: datetime) -> None:
        """Write a record that is about to be carried out, once, and return when it is safe."""
        if all(entry.record.id != record.id for entry in self.entries()):
            self._append(Entry(_without_words(record), now))

    def note_backup(self, backup: Backup) -> None:
        """Write that a backup was made, so that receipts name it."""
        self._append(backup)

    def entries(self) -> list[Entry]:
        """Return what was carried out, in order."""
        return [line for line in self._lines() if isinstance(line, Entry)]

    def backups(self, now: datetime) -> list[Backup]:
        """Return the backups that are still kept, oldest first."""
        kept = {line.name: line for line in self._lines() if isinstance(line, Backup)}
        return sorted(
            (backup for backup in kept.values() if backup.until > now),
            key=lambda backup: backup.made_at,
        )

    def drop_before(self, instant: datetime, now: datetime) -> int:
        """Forget what no copy of the data from before `instant` on needs; return how many lines.

        `instant` is when the oldest copy was made that may ever be restored.
        """
        with self._locked():
            lines = list(self._lines())
            kept = [
                line
                for line in lines
                if (line.noted_at >= instant if isinstance(line, Entry) else line.until > now)
            ]
            if len(kept) < len(lines):
                write_atomically(self._path, b"".join(map(self._framed, kept)))
        return len(lines) - len(kept)

    def seal_again(self) -> None:
        """Write every line with the key that writes now."""
        with self._locked():
            if self._path.exists():
                write_atomically(self._path, b"".join(map(self._framed, self._lines())))

    def sealing_keys(self) -> set[str]:
        """Return the ids of the keys that sealed a line."""
        return {
            key_id_of(b64decode(payload)) for payload in self._payloads() if _is_sealed(payload)
        }

    def _append(self, line: _Line) -> None:
        with self._locked():
            is_new = not self._path.exists()
            flags = os.O_CREAT | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC
            descriptor = os.open(self._path, flags, 0o600)
            try:
                # A crash may have left a line without its end: what follows begins its own.
                size = os.fstat(descriptor).st_size
                torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
                write_all(descriptor, (b"\n" if torn else b"") + self._framed(line))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            if is_new:
                sync_directory(self._path.parent)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep others from writing: what one adds while another writes anew would be lost."""
        lock = self._path.with_suffix(".lock")
        descriptor = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _lines(self) -> Iterator[_Line]:
        for payload in self._payloads():
            if _is_sealed(payload):
                yield _decode(open_sealed(self._keys, _USE, b64decode(payload)))
            else:
                yield _decode(payload)

    def _payloads(self) -> Iterator[bytes]:
        """Yield what is whole; a torn line was never relied on."""
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return
        for text in content.split(b"\n"):
            checksum, _, payload = text.partition(b" ")
            if checksum == _checksum(payload):
                yield payload

    def _framed(self, line: _Line) -> bytes:
        payload = _encode(line)
        if self._sealer is not None:
            payload = b64encode(self._sealer.seal(payload))
        return _checksum(payload) + b" " + payload + b"\n"


def replay(entries: Sequence[Entry], carry_out: Callable[[RowRecord], object]) -> int:
    """Carry out again, in order, what a restored database may not know; return how many.

    All of them, whatever the database says was done: a backup's tables are of different instants.
    """
    for entry in entries:
        carry_out(entry.record)
    return len(entries)


def _without_words(record: RowRecord) -> RowRecord:
    """Return the record without what a person wrote."""
    if isinstance(record, Hold | Release):
        return msgspec.structs.replace(record, reason="")
    return record


def _is_sealed(payload: bytes) -> bool:
    return not payload.startswith(b"{")


def _checksum(payload: bytes) -> bytes:
    return f"{crc32(payload):0{_CHECKSUM_DIGITS}x}".encode()
