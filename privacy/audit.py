"""Audit log: every use of the figures and every change, one record each, append only.

Each process writes a chain of its own, in which a record holds the hash of the one before it:
a record changed or taken out of the middle shows.
"""

from __future__ import annotations

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


class AuditLog:
    """The log as one process writes it; any number of threads may."""

    def __init__(
        self, store: Store, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store = store
        self._clock = clock
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
    ) -> None:
        """Write one record, and return when it is on the disk; raises StoreError.

        `actor` is a user's or token's id, "cli", "system", or "" for somebody unknown.  Nothing
        about a visitor and no address of anybody may stand in `purpose` or `detail`.
        """
        with self._lock:
            at = self._clock()
            if at >= self._began_at + CHAIN_LIFE:
                self._begin_chain(at)
            record = (self._chain, self._number, at, actor, action, site, rows, purpose, detail)
            digest = record_hash(record, self._previous)
            try:
                self._store.insert("audit_rows", _COLUMNS, [[*record, self._previous, digest]])
            except StoreError:
                # Whether it was written is unknown, so nothing can follow it in this chain.
                self._begin_chain(at)
                raise
            self._number += 1
            self._previous = digest
            self._written += 1

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
