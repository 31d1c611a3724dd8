"""Repeat: what of an insert that may have been made already is in the store, and what is not.

The engine notes a batch's token before its part gets its name, and does not sync the note.  So a
process killed between the two leaves a token without rows, which a repeat would lose, and a power
cut leaves rows without their token, which a repeat would double.  Rows tell; tokens only keep an
insert that is still under way from being made twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import structlog

from collector.event import Event
from collector.writer.event_rows import Placed
from schema import Store
from schema.rebuilding import rebuild_sessions

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)

_log = structlog.get_logger(__name__)


def not_stored(store: Store, placed: Sequence[Placed]) -> list[Placed]:
    """Return the events of a batch that are not in the store.

    A batch makes one part a month, and a part is there as a whole or not at all.  More than half
    of its events decide: another batch's may look like some of them, and an engagement that found
    no session the first time may find one now.
    """
    if not placed:
        return []
    there = _stored_like(store, [event for event, _, _ in placed])
    months: defaultdict[tuple[int, int], list[Placed]] = defaultdict(list)
    for item in placed:
        months[item[0].day.year, item[0].day.month].append(item)
    return [
        item
        for part in months.values()
        if 2 * (Counter(_identity(event) for event, _, _ in part) & there).total() <= len(part)
        for item in part
    ]


def mend_sessions(store: Store, placed: Sequence[Placed]) -> None:
    """Make the sessions of a batch again from their events where the two differ.

    The batch's part of the sessions has a token of its own, with the same gaps.
    """
    events = [event for event, session, _ in placed if session]
    if not events:
        return
    found = store.run("collector.writer.queries", "differing_sessions", **_range(events))
    wrong = [(site, day, session) for site, day, session in found]
    rebuild_sessions(store, wrong)
    if wrong:
        _log.warning("sessions_mended", sessions=len(wrong))


def _stored_like(store: Store, events: Sequence[Event]) -> Counter[tuple[Any, ...]]:
    """Count what the store holds of the sites, days and seconds of these events."""
    return Counter(store.run("collector.writer.queries", "events_received", **_range(events)))


def _range(events: Sequence[Event]) -> dict[str, list[str] | list[date] | datetime]:
    return {
        "sites": sorted({event.site for event in events}),
        "days": sorted({event.day for event in events}),
        "since": min(event.received_at for event in events).replace(microsecond=0),
        "until": max(event.received_at for event in events),
    }


def _identity(event: Event) -> tuple[Any, ...]:
    """Return what `events_received` gives for an event: nothing that a second try may change."""
    return (
        event.site,
        event.day,
        (event.time - _EPOCH) // _MILLISECOND,
        event.name,
        event.visitor,
        event.page_id,
        event.path,
        event.sample,
    )
