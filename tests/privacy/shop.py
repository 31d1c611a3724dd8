"""Shop: a site whose events and wishes go through a journal and a writer, as they do in service."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from collector.event import Event
from collector.journal.frames import JournalRecord
from collector.writer.writer import Writer
from privacy import acts
from privacy.acts import Outcome
from privacy.records import Correction, Erasure, Hold, Release, RowRecord, new_id
from privacy.scope import Scope
from schema import Store
from tests.collector.journals import append, minute

SITE = "shop.example"


class Shop:
    """One site in a store, with its data directory."""

    def __init__(self, store: Store, data: Path) -> None:
        self.store = store
        self.data = data
        self.root = data / "journal"

    def take(self, *records: JournalRecord, slot: str = "c0") -> None:
        """Put records into the journal, and let a writer that starts anew do all there is to do."""
        append(self.root, records, slot=slot)
        self.catch_up()

    def catch_up(self, store: Store | None = None) -> None:
        """Let a writer that starts anew do all there is to do."""
        writer = Writer(store or self.store, self.root, self.data / "writer.json")
        while writer.step():
            pass

    def outcome(self, record: RowRecord) -> Outcome:
        """Return what was done for a record."""
        found = acts.outcome(self.store, record.id)
        assert found is not None, "it was not done"
        return found

    def paths(self, table: str = "events") -> list[str]:
        """Return the paths of a table's rows, oldest first; engagements in brackets."""
        rows = self.store.rows(
            "SELECT if(name = 'engagement', '(' || path || ')', path) FROM {table:Identifier}"
            " ORDER BY time, path",
            {"table": table},
        )
        return [path for (path,) in rows]

    def sessions(self) -> list[tuple[Any, ...]]:
        """Return visitor, pageviews, entry, exit and length of each session, oldest first."""
        return self.store.rows(
            "SELECT visitor, pageviews, entry_path, exit_path, duration_s FROM sessions"
            " ORDER BY started_at, visitor"
        )


def a_view(at: float, visitor: int, path: str, **fields: Any) -> Event:
    """Return a pageview some minutes after noon."""
    instant = minute(at)
    given: dict[str, Any] = {
        "site": SITE,
        "received_at": instant,
        "time": instant,
        "day": instant.date(),
        "name": "pageview",
        "visitor": visitor,
        "sample": 1,
        "path": path,
        "country": "AZ",
        "region": "AZ-BA",
        "city": "Baku",
        "device": "Desktop",
    }
    return Event(**given | fields)


def a_scope(until: datetime, visitor: int = 0, **fields: Any) -> Scope:
    """Return the scope of a visitor's day."""
    day = {"day": until.date()} if visitor else {}
    return Scope(SITE, until, visitor=visitor, **day | fields)


def an_erasure(at: float, visitor: int = 0, **fields: Any) -> Erasure:
    """Return an erasure of what was received up to some minutes after noon."""
    scope = a_scope(minute(at), visitor, **fields)
    return Erasure(id=new_id(), received_at=minute(at), scope=scope)


def a_correction(at: float, visitor: int = 0, pages: tuple[int, ...] = (), **to: Any) -> Correction:
    """Return a correction."""
    scope = a_scope(minute(at), visitor, page_ids=pages)
    return Correction(id=new_id(), received_at=minute(at), scope=scope, **to)


def a_hold(at: float, visitor: int = 0, **fields: Any) -> Hold:
    """Return a visitor's restriction, or another hold."""
    return Hold(id=new_id(), received_at=minute(at), scope=a_scope(minute(at), visitor), **fields)


def a_release(at: float, visitor: int = 0, **fields: Any) -> Release:
    """Return the end of a visitor's restrictions, or of one hold."""
    return Release(
        id=new_id(), received_at=minute(at), scope=a_scope(minute(at), visitor), **fields
    )
