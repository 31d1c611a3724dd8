"""Audit log: every use of the figures and every change, one record each, append only.

Each process writes a chain of its own, in which a record holds the hash of the one before it:
a record changed or taken out of the middle shows.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Final
from uuid import UUID, uuid4

import msgspec

from schema import Store, StoreError

# What stands before a chain's first record.
FIRST: Final = bytes(32)
# Shorter than any retention, so that a chain of which all is old is written to no more.
CHAIN_LIFE: Final = timedelta(days=30)
_COLUMNS: Final = (
    "chain", "number", "at", "actor", "action", "site", "rows", "purpose", "detail", "previous",
    "hash",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """A place where the log does not hold together."""

    chain: UUID | None  # None: among the checkpoints
    number: int
    reason: str


@dataclass(slots=True)
class _Entry:
    """A record on its way, and for who waits for it how that ended."""

    at: datetime
    said: tuple[object, ...]  # what a record says beside its place in the chain
    is_done: bool = False
    error: Exception | None = None


class AuditLog:
    """The log as one process writes it; any number of threads may."""

    def __init__(
        self, store: Store, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store = store
        self._clock = clock
        self._adding = Lock()
        self._waiting: list[_Entry] = []
        self._lock = Lock()
        self._chain, self._number, self._previous = uuid4(), 1, FIRST
        self._began_at = clock()
        self._written = 0

    @property
    def written(self) -> int:
        """Return how many records this process has written."""
        return self._written

    def record(
        self,
        *,
        actor: str,
        action: str,
        site: str = "",
        rows: int = 0,
        purpose: str = "",
        detail: str = "",
        within_s: float = 0.0,
    ) -> None:
        """Write one record, and return when it is on the disk; raises StoreError.

        `actor` is a user's or token's id, "cli", "system", or "" for somebody unknown.  Nothing
        about a visitor and no address of anybody may stand in `purpose` or `detail`.  Records that
        come in `within_s` go together, as do those that come while others are written.
        """
        said = (actor, action, site, rows, purpose, detail)
        # What cannot be hashed is refused here, alone, and not with those it would go with.
        msgspec.msgpack.encode(said)
        with self._adding:
            entry = _Entry(self._clock(), said)
            self._waiting.append(entry)
        if within_s:
            time.sleep(within_s)
        with self._lock:
            if not entry.is_done:
                self._write()
        if entry.error is not None:
            raise StoreError("the audit log could not be written") from entry.error

    def _write(self) -> None:
        """Write all that wait, as one insert."""
        with self._adding:
            entries, self._waiting = self._waiting, []
        if entries[0].at >= self._began_at + CHAIN_LIFE:
            self._begin_chain(entries[0].at)
        rows, previous = [], self._previous
        for number, entry in enumerate(entries, self._number):
            record = (self._chain, number, entry.at, *entry.said)
            digest = record_hash(record, previous)
            rows.append([*record, previous, digest])
            previous = digest
        error: Exception | None = StoreError("writing was broken off")
        try:
            self._store.insert("audit_rows", _COLUMNS, rows)
            error = None
        except StoreError as found:
            error = found
        finally:
            if error is None:
                self._number += len(entries)
                self._previous = previous
                self._written += len(entries)
            else:
                # Whether it was written is unknown, so nothing can follow it in this chain.
                self._begin_chain(entries[-1].at)
            for entry in entries:
                entry.is_done, entry.error = True, error

    def _begin_chain(self, at: datetime) -> None:
        self._chain, self._number, self._previous = uuid4(), 1, FIRST
        self._began_at = at


def record_hash(record: tuple[object, ...], previous: bytes) -> bytes:
    """Return the hash of a record and the one before it; a list in MessagePack is unambiguous."""
    chain, number, at, *rest = record
    assert isinstance(at, datetime)
    instant_us = int(at.replace(tzinfo=UTC).timestamp() * 1_000_000 + 0.5)
    return sha256(
        msgspec.msgpack.encode([str(chain), number, instant_us, *rest, previous])
    ).digest()
