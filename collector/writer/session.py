"""Session: one visitor's events with no gap of 30 minutes or more, assigned by the writer alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from collector.event import ENGAGEMENT, NOBODY, Event

# The gap that ends a session, as in Google Analytics and every peer.
SESSION_GAP: Final = timedelta(minutes=30)


@dataclass(slots=True)
class OpenSession:
    """A session that may still grow."""

    session: int  # unsigned 64 bit
    started_at: datetime
    ended_at: datetime

    def takes(self, time: datetime) -> bool:
        """Tell whether an event at `time` is within the gap of this session's events."""
        return self.started_at - SESSION_GAP < time < self.ended_at + SESSION_GAP


class Assignment(msgspec.Struct, frozen=True, gc=False):
    """The session an event belongs to; 0 for an event of nobody."""

    session: int
    starts: bool  # it is the first event of the session


class Sessions:
    """Sessions by visitor.  A visitor is of one site and day, so no session crosses either."""

    def __init__(self) -> None:
        self._by_visitor: dict[int, list[OpenSession]] = {}

    def __len__(self) -> int:
        return len(self._by_visitor)

    def knows(self, visitor: int) -> bool:
        """Tell whether a session of the visitor is in memory."""
        return visitor in self._by_visitor

    def restore(self, rows: Iterable[tuple[int, int, datetime, datetime]]) -> None:
        """Take sessions from the store: visitor, session, started_at, ended_at."""
        for visitor, session, started_at, ended_at in rows:
            known = self._by_visitor.setdefault(visitor, [])
            if all(other.session != session for other in known):
                known.append(OpenSession(session, started_at, ended_at))

    def assign(self, event: Event) -> Assignment | None:
        """Return the event's session, opening or lengthening it.

        None for an engagement that no session takes: an engagement opens none.
        """
        if event.visitor == NOBODY:
            return None if event.name == ENGAGEMENT else Assignment(NOBODY, starts=False)
        time = _as_stored(event.time)
        session = _nearest(self._by_visitor.get(event.visitor, ()), time)
        if session is not None:
            session.started_at = min(session.started_at, time)
            session.ended_at = max(session.ended_at, time)
            return Assignment(session.session, starts=False)
        if event.name == ENGAGEMENT:
            return None
        opened = OpenSession(session_id(event), time, time)
        self._by_visitor.setdefault(event.visitor, []).append(opened)
        return Assignment(opened.session, starts=True)

    def forget_before(self, instant: datetime) -> None:
        """Drop sessions that no event at or after `instant` can join."""
        self._by_visitor = dict(_living(self._by_visitor, instant - SESSION_GAP))


def session_id(first: Event) -> int:
    """Return the id of the session that `first` opens, unsigned 64 bit, never 0.

    A hash of the visitor and the first record, so that a batch made again gives the same one.
    """
    digest = hashlib.blake2b(digest_size=8)
    for number in (first.visitor, first.page_id, int(first.time.timestamp() * 1_000_000)):
        digest.update(number.to_bytes(8, "big"))
    digest.update(first.name.encode())
    return int.from_bytes(digest.digest(), "big") or 1


def _as_stored(time: datetime) -> datetime:
    """Return the instant as the store keeps it, so that sessions restored from it are the same."""
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def _nearest(known: Sequence[OpenSession], time: datetime) -> OpenSession | None:
    """Return the session that takes an event; of two, the one that had begun by then.

    The choice depends on the sessions alone, not on the order in which they were found.
    """
    if len(known) == 1:  # nearly always
        return known[0] if known[0].takes(time) else None
    taking = [session for session in known if session.takes(time)]
    if len(taking) <= 1:
        return taking[0] if taking else None
    return min(taking, key=lambda found: (found.started_at > time, abs(time - found.started_at)))


def _living(
    sessions: dict[int, list[OpenSession]], limit: datetime
) -> Iterator[tuple[int, list[OpenSession]]]:
    for visitor, known in sessions.items():
        kept = [session for session in known if session.ended_at > limit]
        if kept:
            yield visitor, kept
