"""Audit log: every use of the figures and every change, one record each, append only.

Each process writes a chain of its own, in which a record holds the hash of the one before it:
a record changed or taken out of the middle shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from threading import Lock
from typing import Final
from uuid import UUID, uuid4

import msgspec

from schema import Store, StoreError

_FIRST: Final = bytes(32)
_COLUMNS: Final = (
    "chain", "number", "at", "actor", "action", "site", "rows", "purpose", "detail", "previous",
    "hash",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """A place where the log does not hold together."""

    chain: UUID
    number: int
    reason: str


class AuditLog:
    """The log as one process writes it; any number of threads may."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._chain = uuid4()
        self._number = 1
        self._previous = _FIRST

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
            at = datetime.now(UTC)
            record = (self._chain, self._number, at, actor, action, site, rows, purpose, detail)
            digest = _hash(record, self._previous)
            try:
                self._store.insert("audit_rows", _COLUMNS, [[*record, self._previous, digest]])
            except StoreError:
                # Whether it was written is unknown, so nothing can follow it in this chain.
                self._chain, self._number, self._previous = uuid4(), 1, _FIRST
                raise
            self._number += 1
            self._previous = digest


def verify(store: Store) -> list[BrokenLink]:
    """Return every place where a chain does not hold together; none is a whole log.

    What a chain cannot show is that records at its end were taken away: compare with a backup.
    """
    broken = []
    chain, number, previous = None, 0, _FIRST
    for row in store.run("privacy.queries", "audit_chains"):
        *record, before, digest = row
        if record[0] != chain:
            chain, number, previous = record[0], 0, _FIRST
        if record[1] != number + 1:
            broken.append(BrokenLink(record[0], record[1], f"follows number {number}"))
        elif before != previous:
            broken.append(BrokenLink(record[0], record[1], "the one before it was changed"))
        elif _hash(tuple(record), before) != digest:
            broken.append(BrokenLink(record[0], record[1], "it was changed"))
        number, previous = record[1], digest
    return broken


def _hash(record: tuple[object, ...], previous: bytes) -> bytes:
    """Return the hash of a record and the one before it; a list in MessagePack is unambiguous."""
    chain, number, at, *rest = record
    assert isinstance(at, datetime)
    instant_us = int(at.replace(tzinfo=UTC).timestamp() * 1_000_000 + 0.5)
    return sha256(
        msgspec.msgpack.encode([str(chain), number, instant_us, *rest, previous])
    ).digest()
