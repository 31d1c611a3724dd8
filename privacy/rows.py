"""Rows: what is done to the rows of a scope in the store, each step safe to repeat.

Only for the thread that inserts events: their sessions are made again from what is there.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from privacy.records import Correction, Hold, Release
from privacy.scope import NO_DAY, Scope, scope_statement
from schema import Store, StoreError
from schema.rebuilding import SessionKey, rebuild_sessions

# Our choice: longer than a part takes to be written again; after it the record is tried again.
_MUTATION_LIMIT_S: Final = 60.0
_LOOK_AGAIN_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Found:
    """What a scope finds, before anything is done to it."""

    events: int  # rows, engagements too
    partitions: tuple[str, ...]
    sessions: tuple[SessionKey, ...]


def survey(store: Store, scope: Scope) -> Found:
    """Return what a scope finds among the rows that are counted."""
    return _found(scope, _one(store, "survey", scope))


def survey_held(store: Store, scope: Scope, hold: str = "") -> Found:
    """Return what one hold alone holds, or ("") every restriction that the scope reaches."""
    return _found(scope, _one(store, "survey_held", scope, hold=hold))


def remove(store: Store, scope: Scope, partitions: Sequence[str]) -> None:
    """Take rows away."""
    _each(store, "remove_events", scope, partitions)


def remove_restricted(store: Store, scope: Scope, partitions: Sequence[str]) -> None:
    """Take away what restrictions hold."""
    _each(store, "remove_held", scope, partitions, hold="")


def count_kept(store: Store, scope: Scope) -> int:
    """Return how many rows the law or a fraud's hold keeps that were not erased meanwhile."""
    found: int = _one(store, "count_kept", scope)[0]
    return found


def kept_until(store: Store, scope: Scope) -> tuple[bool, date | None]:
    """Return whether the law or a fraud's hold keeps rows, and the last day on which one does.

    The day is None where a hold has no end.
    """
    kept, endless, last_day = _one(store, "kept_until", scope)
    return bool(kept), None if endless else last_day


def mark_kept(store: Store, scope: Scope) -> None:
    """Note on rows that a hold keeps that they are to go once it no longer does."""
    _run(store, "mark_held", scope)


def correct(store: Store, correction: Correction, partitions: Sequence[str]) -> None:
    """Make rows say what the correction says; raises StoreError when some do not."""
    values = {
        "corrects_place": correction.country is not None,
        "country": correction.country or "",
        "region": correction.region,
        "city": correction.city,
        "corrects_device": correction.device is not None,
        "device": correction.device or "",
    }
    _each(store, "correct_events", correction.scope, partitions, **values)
    _expect_none(_one(store, "count_uncorrected", correction.scope, **values)[0])


def unlink(store: Store, scope: Scope, partitions: Sequence[str]) -> None:
    """Make rows count for nobody; raises StoreError when some still tell of somebody."""
    _each(store, "remove_engagements", scope, partitions)
    _each(store, "unlink_events", scope, partitions)
    expect_gone(store, scope)


def count_joined(store: Store, record: Hold) -> int:
    """Return how many rows of a hold's scope are held by others and not by it."""
    found: int = _one(store, "count_joined", record.scope, hold=record.id)[0]
    return found


def hold(store: Store, record: Hold, partitions: Sequence[str], *, is_repeat: bool) -> None:
    """Move rows to those that are held, and note the hold on those that are held already.

    A partition whose rows are still counted was not moved whole: what a try before this one copied
    of it goes first.
    """
    scope, values = record.scope, {"hold": record.id, "kind": record.kind}
    if is_repeat:
        wait_for_mutations(store)
        partitions = [name for name in partitions if name in survey(store, scope).partitions]
        _each(store, "remove_of_hold", scope, partitions, **values)
    _each(store, "hold_events", scope, partitions, **values)
    remove(store, scope, partitions)
    if count_joined(store, record):
        _run(store, "join_hold", scope, **values)
    expect_gone(store, scope)


def count_past(store: Store, record: Release) -> int:
    """Return how many rows will not come back: past their retention, or erased meanwhile."""
    since = record.keep_since or NO_DAY
    found: int = _one(store, "count_past", record.scope, hold=record.hold, keep_since=since)[0]
    return found


def release(store: Store, record: Release, partitions: Sequence[str], *, is_repeat: bool) -> None:
    """Move held rows back, but those that were erased meanwhile or are past their retention.

    Rows on which another hold is as well stay, under that one.
    """
    scope, hold = record.scope, record.hold
    values = {
        "hold": hold,
        "keep_since": record.keep_since or NO_DAY,
        "ids_since": record.ids_since or NO_DAY,
        "cities_since": record.cities_since or NO_DAY,
    }
    if is_repeat:
        wait_for_mutations(store)
        left = survey_held(store, scope, hold).partitions
        partitions = [name for name in partitions if name in left]
        _each(store, "remove_returned", scope, partitions, **values)
    for partition in partitions:
        _each(store, "return_events", scope, [partition], **values)
        _each(store, "remove_held", scope, [partition], **values)
    if _one(store, "count_shared", scope)[0]:
        for name in ("leave_hold", "hand_over") if hold else ("leave_restrictions",):
            _run(store, name, scope, hold=hold)


def rebuild(store: Store, sessions: Sequence[SessionKey]) -> int:
    """Make sessions again from what is left of them; return how many are gone."""
    return len(sessions) - rebuild_sessions(store, sessions)


def expect_gone(store: Store, scope: Scope) -> None:
    """Look again; raises StoreError, so that the record is tried again, when rows are found."""
    _expect_none(survey(store, scope).events)


def _expect_none(left: int) -> None:
    if left:
        raise StoreError(f"the store still shows {left} rows that were to be gone or changed")


def _one(store: Store, name: str, scope: Scope, **values: Any) -> tuple[Any, ...]:
    return store.rows(scope_statement(name, scope), scope.parameters | values)[0]


def _run(store: Store, name: str, scope: Scope, **values: Any) -> None:
    store.command(scope_statement(name, scope), scope.parameters | values)


def _each(store: Store, name: str, scope: Scope, partitions: Sequence[str], **values: Any) -> None:
    """Run a statement in one partition after the other: others' parts are not touched."""
    for partition in partitions:
        _run(store, name, scope, partition=partition, **values)


def _found(scope: Scope, row: tuple[Any, ...]) -> Found:
    events, partitions, sessions = row
    keys: list[tuple[date, int]] = [(day, session) for day, session in sessions]
    return Found(
        events, tuple(partitions), tuple((scope.site, day, key) for day, key in sorted(keys))
    )


def wait_for_mutations(store: Store) -> None:
    """Return when no change of rows is half done, which a process that was killed may have left."""
    deadline_s = time.monotonic() + _MUTATION_LIMIT_S
    while store.run("privacy.queries", "running_mutations")[0][0]:
        if time.monotonic() > deadline_s:
            raise StoreError("a change of rows that was begun earlier does not end")
        time.sleep(_LOOK_AGAIN_S)
