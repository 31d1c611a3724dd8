"""Acts: how far each thing that was asked for is done, as the store keeps it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from privacy.records import RowRecord, kind_of
from schema import Store
from schema.rebuilding import SessionKey

_QUERIES: Final = "privacy.queries"
_NOT_YET: Final = datetime(1970, 1, 1, tzinfo=UTC)

_COLUMNS: Final = (
    "id", "site", "kind", "state", "asked_by", "asked_at", "done_at", "events", "held", "kept",
    "purged", "sessions", "days", "session_ids", "partitions", "changed_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """What was found when it was begun, which a repeat after a crash goes on with."""

    events: int  # rows, engagements too
    held: int = 0  # of these, rows that a restriction held
    # Beside these: rows that a hold keeps, which an erasure does not end, or that others hold, on
    # which a new hold is as well.
    kept: int = 0
    purged: int = 0  # of a release: of its rows, those that do not come back
    partitions: tuple[str, ...] = ()
    sessions: tuple[SessionKey, ...] = ()  # to be made again


class Outcome(msgspec.Struct, frozen=True):
    """What was done."""

    id: str
    kind: str
    site: str
    done_at: datetime
    events: int
    sessions: int  # that are gone
    kept: int = 0  # rows that stay held, or were held already
    purged: int = 0  # of a release: rows that did not come back
    receipt: dict[str, Any] | None = None  # of an erasure: `receipt` and `signature`


def begin(store: Store, record: RowRecord, act: Act) -> None:
    """Note what was found; return when it is safe."""
    _write(store, record, act, "begun", _NOT_YET, sessions=0)


def finish(store: Store, record: RowRecord, act: Act, now: datetime, sessions_gone: int) -> None:
    """Note that it is done; the sessions it was about are not kept."""
    left = Act(act.events, act.held, act.kept, act.purged)
    _write(store, record, left, "done", now, sessions=sessions_gone)


def begun(store: Store, record_id: str) -> Act | None:
    """Return what an earlier try found; None when there was none, or it is done."""
    row = _find(store, record_id)
    if row is None or row[1] == "done":
        return None
    _, _, site, events, held, kept, purged, _, days, ids, partitions, _ = row
    sessions = tuple((site, day, key) for day, key in zip(days, ids, strict=True))
    return Act(events, held, kept, purged, tuple(partitions), sessions)


def outcome(store: Store, record_id: str) -> Outcome | None:
    """Return what was done for a record; None while it is not."""
    row = _find(store, record_id)
    if row is None or row[1] != "done":
        return None
    kind, _, site, events, _, kept, purged, sessions, _, _, _, done_at = row
    receipt = find_receipt(store, site, record_id) if kind == "erasure" else None
    return Outcome(record_id, kind, site, done_at, events, sessions, kept, purged, receipt)


def save_receipt(store: Store, record: RowRecord, now: datetime, signed: dict[str, Any]) -> None:
    """Keep an erasure's receipt as it was signed."""
    text = json.dumps(signed["receipt"], ensure_ascii=False)
    row = [UUID(record.id), record.scope.site, now, text, signed["signature"]]
    columns = ("id", "site", "done_at", "receipt", "signature")
    store.insert("privacy_receipts", columns, [row])


def find_receipt(store: Store, site: str, record_id: str) -> dict[str, Any] | None:
    """Return an erasure's receipt with its signature; None when there is none on this site."""
    rows = store.run(_QUERIES, "find_receipt", id=record_id, site=site)
    return {"receipt": json.loads(rows[0][0]), "signature": rows[0][1]} if rows else None


def _find(store: Store, record_id: str) -> tuple[Any, ...] | None:
    rows = store.run(_QUERIES, "find_act", id=record_id)
    return rows[0] if rows else None


def _write(
    store: Store, record: RowRecord, act: Act, state: str, done_at: datetime, *, sessions: int
) -> None:
    row = [
        UUID(record.id),
        record.scope.site,
        kind_of(record),
        state,
        record.asked_by,
        record.received_at,
        done_at,
        act.events,
        act.held,
        act.kept,
        act.purged,
        sessions,
        [day for _, day, _ in act.sessions],
        [key for _, _, key in act.sessions],
        list(act.partitions),
        datetime.now(UTC),
    ]
    store.insert("privacy_acts", _COLUMNS, [row])
