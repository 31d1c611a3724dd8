"""Holds: why rows are kept where nothing sees them, and until when."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal, TypeAlias, get_args
from uuid import UUID

import msgspec

from privacy.errors import HoldError
from privacy.records import Hold, HoldKind, Release, new_id
from privacy.retention_policy import Policy
from privacy.scope import Scope
from schema import Store

_QUERIES: Final = "privacy.queries"

_COLUMNS: Final = (
    "id", "kind", "site", "scope", "reason", "owner", "ends_on", "events", "created_at",
    "released_at", "changed_at",
)  # fmt: skip

# What an operator begins; a restriction is a visitor's.
OperatorKind: TypeAlias = Literal["legal", "fraud"]
OPERATOR_KINDS: Final[tuple[OperatorKind, ...]] = get_args(OperatorKind)
# Our choice: a case that lasts longer is looked at again, and held again.
MOST_DAYS: Final = 3653
# Our choice: why, in a sentence; the audit log keeps it.
LONGEST_REASON: Final = 300
# Our choice: two weeks to see whether a case goes on.
WARN_DAYS: Final = 14
_TIME_IS_OVER: Final = "its end has come"
_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class HeldScope:
    """One hold as it stands."""

    id: str
    kind: HoldKind
    scope: Scope
    reason: str
    owner: str  # a user's id; "" for a restriction
    ends_on: date | None  # the last day of it
    events: int  # rows, when it began
    created_at: datetime
    released_at: datetime | None  # None while it lasts
    held: int  # rows that it is on now

    def is_over(self, today: date) -> bool:
        """Tell whether its end has come and it was not released yet."""
        return self.released_at is None and self.ends_on is not None and self.ends_on < today

    def days_left(self, today: date) -> int | None:
        """Return for how many days it goes on, 0 on its last one; None without an end, or after."""
        if self.released_at is not None or self.ends_on is None:
            return None
        return max(0, (self.ends_on - today).days)


def list_holds(store: Store) -> list[HeldScope]:
    """Return every hold, released ones too, newest first."""
    return _found(store, "")


def find_hold(store: Store, hold_id: str) -> HeldScope:
    """Return one hold of an operator; raises HoldError."""
    for found in _found(store, hold_id) if hold_id else []:
        if found.kind in OPERATOR_KINDS and found.id == hold_id:
            return found
    raise HoldError(f"no hold has the number {hold_id[:40]!r}: see 'footfall privacy hold list'")


def new_hold(
    *,
    scope: Scope,
    kind: str,
    reason: str,
    ends_on: date,
    owner: str,
    asked_by: str,
    today: date,
) -> Hold:
    """Return the record that begins an operator's hold; raises HoldError.

    `owner` is the id of who answers for it, `today` the site's day.
    """
    known = next((each for each in OPERATOR_KINDS if each == kind), None)
    if known is None:
        raise HoldError(f"kind {kind[:40]!r}: expected one of {', '.join(OPERATOR_KINDS)}")
    if not today < ends_on <= today + timedelta(days=MOST_DAYS):
        raise HoldError(f"until {ends_on}: expected a day after {today}, at most ten years on")
    return Hold(
        id=new_id(),
        received_at=scope.until,
        asked_by=asked_by,
        scope=scope,
        kind=known,
        reason=_reason(reason),
        owner=owner,
        ends_on=ends_on,
    )


def new_end(
    hold: HeldScope, *, reason: str, asked_by: str, policy: Policy, today: date, now: datetime
) -> Release:
    """Return the record that ends a hold before its time; raises HoldError.

    `policy` and `today` are those of the hold's site.
    """
    if hold.released_at is not None:
        raise HoldError(f"hold {hold.id} ended on {hold.released_at:%Y-%m-%d} already")
    return Release(
        id=new_id(),
        received_at=now,
        asked_by=asked_by,
        scope=hold.scope,
        hold=hold.id,
        reason=_reason(reason),
        **kept_since(policy, today),
    )


def due_end(hold: HeldScope, *, policy: Policy, today: date, now: datetime) -> Release:
    """Return the record that ends a hold whose time is over: the same one, however often asked."""
    digest = hashlib.blake2b(f"end of {hold.id}".encode(), digest_size=_ID_BYTES).hexdigest()
    return Release(
        id=digest,
        received_at=now,
        asked_by="system",
        scope=hold.scope,
        hold=hold.id,
        reason=_TIME_IS_OVER,
        **kept_since(policy, today),
    )


def kept_since(policy: Policy, today: date) -> dict[str, date]:
    """Return from which day on rows that come back are kept, keep their ids, and their cities."""
    next_day = timedelta(days=1)
    return {
        "keep_since": policy.until("events", today) + next_day,
        "ids_since": policy.until("ids", today) + next_day,
        "cities_since": policy.until("cities", today) + next_day,
    }


def save_hold(store: Store, record: Hold, events: int) -> None:
    """Note a hold that begins.

    One that is known already, as in a database that was restored, keeps its words, which the ledger
    has not.
    """
    known = next(iter(_found(store, record.id)), None)
    row = [
        UUID(record.id),
        record.kind,
        record.scope.site,
        msgspec.json.encode(record.scope).decode(),
        record.reason or (known.reason if known else ""),
        record.owner,
        record.ends_on,
        max(events, known.events if known else 0),
        record.received_at,
        None,
        record.received_at,  # so that the note of its end, if there is one, stays the newest
    ]
    store.insert("holds", _COLUMNS, [row])


def close_empty_holds(store: Store) -> None:
    """Note the end of holds that hold nothing any more, and forget whose rows they were."""
    now = datetime.now(UTC)
    rows = []
    for id, kind, site, scope, *rest in store.run(_QUERIES, "empty_holds"):
        about = msgspec.json.decode(scope, type=Scope).without_ids
        rows.append([id, kind, site, msgspec.json.encode(about).decode(), *rest, now, now])
    if rows:
        store.insert("holds", _COLUMNS, rows)


def _found(store: Store, hold_id: str) -> list[HeldScope]:
    rows = store.run(_QUERIES, "list_holds", id=hold_id)
    return [
        HeldScope(id.hex, kind, msgspec.json.decode(scope, type=Scope), *rest)
        for id, kind, _, scope, *rest in rows
    ]


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise HoldError(f"a reason of {len(reason)} characters: expected 1 to {LONGEST_REASON}")
    return reason
