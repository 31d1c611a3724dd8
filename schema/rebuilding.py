"""Rebuilding: sessions made again from the events that they have now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Final, TypeAlias

from schema.statements import statement
from schema.store import Store

_QUERIES: Final = "schema.queries"

# At once in one statement: keeps its parameters far below a server's limit for a URL, 1 MiB.
_SESSIONS_AT_ONCE: Final = 1_000

# Site, day and id.
SessionKey: TypeAlias = tuple[str, date, int]


def rebuild_sessions(store: Store, sessions: Sequence[SessionKey]) -> int:
    """Make sessions again from their events and return how many there are now.

    One that has no events, or engagements alone, is gone.
    Safe to repeat, and only while nothing inserts events of these sessions.
    """
    left = 0
    for partition, keys in _by_partition(sessions):
        for first in range(0, len(keys), _SESSIONS_AT_ONCE):
            sites, days, ids = zip(*keys[first : first + _SESSIONS_AT_ONCE], strict=True)
            which = {"sites": sorted(set(sites)), "days": sorted(set(days)), "sessions": list(ids)}
            there = which | {"partition": partition}
            store.command(statement(_QUERIES, "remove_sessions"), there)
            store.command(statement(_QUERIES, "make_sessions"), which)
            left += store.run(_QUERIES, "count_sessions", **which)[0][0]
    return left


def _by_partition(sessions: Sequence[SessionKey]) -> list[tuple[str, list[SessionKey]]]:
    """Part sessions as their table is, by month: other months' parts stay untouched."""
    months: defaultdict[str, list[SessionKey]] = defaultdict(list)
    for key in sessions:
        months[f"{key[1]:%Y%m}"].append(key)
    return sorted(months.items())
