"""Analysts' questions: those they keep, and those they asked lately."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

from schema.errors import SchemaError
from schema.store import Store

# Our choice: what fits a page.
_LISTED: Final = 50


class UnknownQueryError(SchemaError):
    """No question of this id is kept, or not for this user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery:
    """One question that its owner keeps."""

    id: UUID = field(default_factory=uuid4)
    owner: UUID  # a user's id
    name: str
    text: str = field(repr=False)
    shared: bool = False  # with all who may ask in SQL


@dataclass(frozen=True, slots=True)
class AskedQuery:
    """One question as it was asked last."""

    at: datetime
    text: str = field(repr=False)
    rows: int
    elapsed_s: float
    fault: str  # "" when it was answered


_SAVED: Final = [column.name for column in fields(SavedQuery)]
_ASKED: Final = ["owner", *(column.name for column in fields(AskedQuery))]


def list_saved_queries(store: Store, owner: UUID) -> list[SavedQuery]:
    """Return a user's questions and those that others share, by name."""
    rows = store.run("schema.queries", "list_saved_queries", owner=owner)
    return [SavedQuery(**dict(zip(_SAVED, row, strict=True))) for row in rows]


def get_saved_query(store: Store, owner: UUID, query_id: UUID) -> SavedQuery:
    """Return one of those that a user may open; raises UnknownQueryError."""
    for query in list_saved_queries(store, owner):
        if query.id == query_id:
            return query
    raise UnknownQueryError("There is no such query, or it is not shared with you.")


def save_query(store: Store, query: SavedQuery, *, removed: bool = False) -> None:
    """Write a question as it is from now on; a removed one keeps no text."""
    kept = asdict(query) | ({"name": "", "text": ""} if removed else {})
    columns = [*_SAVED, "removed", "changed_at"]
    store.insert("saved_queries", columns, [[*kept.values(), removed, datetime.now(UTC)]])


def note_asked(store: Store, owner: UUID, asked: AskedQuery) -> None:
    """Write what a user asked into that user's own list."""
    store.insert("asked_queries", _ASKED, [[owner, *asdict(asked).values()]])


def list_asked_queries(store: Store, owner: UUID) -> list[AskedQuery]:
    """Return what a user asked in the last 30 days, newest first, each text once."""
    rows = store.run("schema.queries", "list_asked_queries", owner=owner, row_limit=_LISTED)
    return [AskedQuery(*row) for row in rows]
