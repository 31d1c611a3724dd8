"""Holds: why rows are kept where nothing sees them, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

import msgspec

from privacy.records import Hold, HoldKind
from privacy.scope import Scope
from schema import Store, statement

_QUERIES: Final = "privacy.queries"


@dataclass(frozen=True, slots=True)
class HeldScope:
    """One hold as it stands."""

    id: str
    kind: HoldKind
    scope: Scope
    reason: str
    owner: str  # a user's id; "" for a restriction
    ends_on: date | None
    events: int  # rows, when it began
    created_at: datetime
    released_at: datetime | None  # None while it lasts

    def is_over(self, today: date) -> bool:
        """Tell whether its end has come and it was not released yet."""
        return self.released_at is None and self.ends_on is not None and self.ends_on < today


def list_holds(store: Store) -> list[HeldScope]:
    """Return every hold, released ones too, newest first."""
    return [
        HeldScope(id.hex, kind, msgspec.json.decode(scope, type=Scope), *rest)
        for id, kind, _, scope, *rest in store.run(_QUERIES, "list_holds")
    ]


def save_hold(store: Store, record: Hold, events: int) -> None:
    """Note a hold that begins."""
    row = [
        UUID(record.id),
        record.kind,
        record.scope.site,
        msgspec.json.encode(record.scope).decode(),
        record.reason,
        record.owner,
        record.ends_on,
        events,
        record.received_at,
        None,
        record.received_at,
    ]
    columns = (
        "id", "kind", "site", "scope", "reason", "owner", "ends_on", "events", "created_at",
        "released_at", "changed_at",
    )  # fmt: skip
    store.insert("holds", columns, [row])


def close_empty_holds(store: Store) -> None:
    """Note the end of holds that hold nothing any more."""
    store.command(statement(_QUERIES, "close_holds"), {"now": datetime.now(UTC)})
