"""Refused: the events that no store takes, found among those of a batch that failed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from collector.event import Event
from collector.writer.event_rows import COLUMNS, Placed, columns
from schema import Store, StoreError, statement

# A table that checks rows as `event_rows` does and keeps none.
_TRIAL: Final = "event_trial"

_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
# An event that any store takes: what refuses this one refuses for a reason of its own.
_PLAIN: Final[Placed] = (
    Event(
        site="",
        received_at=_LONG_AGO,
        time=_LONG_AGO,
        day=_LONG_AGO.date(),
        name="",
        visitor=0,
        sample=0,
    ),
    0,
    False,
)


def find_refused(store: Store, placed: Sequence[Placed]) -> list[Event]:
    """Return the events that the store refuses each by itself, while it takes others.

    Raises StoreError when the store takes nothing at all: then no event is to blame.
    """
    store.command(statement("collector.writer.queries", "make_trial"))
    try:
        found = _search(store, placed)
        if not _takes(store, [_PLAIN]):
            raise StoreError("the store takes no event at all: nothing was set aside")
    finally:
        store.command(statement("collector.writer.queries", "remove_trial"))
    return found


def _search(store: Store, placed: Sequence[Placed]) -> list[Event]:
    """Return the refused events of a part of the batch, by halves."""
    if _takes(store, placed):
        return []
    if len(placed) > 1:
        middle = len(placed) // 2
        return _search(store, placed[:middle]) + _search(store, placed[middle:])
    # The store may have gone away just now: blame an event only beside one that is taken.
    if not _takes(store, [_PLAIN]):
        raise StoreError("the store went away while an event was looked for that it refuses")
    return [placed[0][0]]


def _takes(store: Store, placed: Sequence[Placed]) -> bool:
    try:
        store.insert(_TRIAL, COLUMNS, columns(placed), by_column=True)
    except StoreError:
        return False
    return True
