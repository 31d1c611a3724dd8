"""Journals: builders for what collectors leave in the journal, and faults on its way out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from collector.event import Drop, Event
from collector.journal.frames import JournalRecord
from collector.journal.journal import Journal
from schema import Store, StoreError

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def minute(count: float) -> datetime:
    """Return the instant `count` minutes after noon."""
    return NOON + timedelta(minutes=count)


def an_event(at: datetime = NOON, **fields: Any) -> Event:
    """Return a pageview of visitor 1 at an instant."""
    given: dict[str, Any] = {
        "site": "shop.example",
        "received_at": at,
        "time": at,
        "day": at.date(),
        "name": "pageview",
        "visitor": 1,
        "sample": 1,
        "hostname": "shop.example",
        "path": "/",
    }
    return Event(**(given | fields))


def a_drop(at: datetime = NOON, **fields: Any) -> Drop:
    """Return a beacon left out as a bot's."""
    given: dict[str, Any] = {"site": "shop.example", "received_at": at, "reason": "bot"}
    return Drop(**(given | fields))


def append(
    root: Path, records: Sequence[JournalRecord], *, slot: str = "0", segment_bytes: int = 1 << 25
) -> None:
    """Append records and wait until they are safe; each call is a run of a collector."""

    async def run() -> None:
        journal = Journal(root / slot, segment_bytes=segment_bytes)
        for record in records:
            last = journal.append([record])
        await last
        await journal.close()

    if records:
        asyncio.run(run())


class FaultyStore(Store):
    """A store whose inserts fail as told, before or after the engine has taken them."""

    def __init__(self, store: Store) -> None:
        super().__init__(store._clients, store.streams)
        # Table, "before", "after", or "forgotten": after, and the token's note is lost.
        self.faults: list[tuple[str, str]] = []  # the first is next

    def insert(
        self,
        table: str,
        columns: Sequence[str],
        data: Sequence[Sequence[Any]],
        *,
        by_column: bool = False,
        token: str = "",
    ) -> None:
        """Insert, unless the next fault is about this table."""
        fault = self.faults.pop(0)[1] if self.faults and self.faults[0][0] == table else ""
        if fault == "before":
            raise StoreError("the connection was lost on the way there")
        noted = f"{token}/forgotten" if fault == "forgotten" else token
        super().insert(table, columns, data, by_column=by_column, token=noted)
        if fault:
            raise StoreError("the connection was lost on the way back")
