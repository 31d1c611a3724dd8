"""Rebuilding: sessions made again from the events that they have now."""

from __future__ import annotations

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


def rebuild_sessions(store: Store, sessions: Sequence[SessionKey]) -> None:
    """Make sessions again from their events; one that has none, or engagements alone, is gone.

    Safe to repeat, and only while nothing inserts events of these sessions.
    """
    for first in range(0, len(sessions), _SESSIONS_AT_ONCE):
        sites, days, ids = zip(*sessions[first : first + _SESSIONS_AT_ONCE], strict=True)
        which = {"sites": sorted(set(sites)), "days": sorted(set(days)), "sessions": list(ids)}
        store.command(statement(_QUERIES, "remove_sessions"), which)
        store.command(statement(_QUERIES, "make_sessions"), which)
