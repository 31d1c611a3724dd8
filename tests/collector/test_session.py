"""Session: one visitor's events with no gap of half an hour, whatever order they are told in."""

from __future__ import annotations

from collector.writer.session import SESSION_GAP, Sessions, session_id
from tests.collector.journals import an_event, minute


def opened(sessions: Sessions, at: float, **fields: object) -> int:
    """Assign an event and return its session's id."""
    assigned = sessions.assign(an_event(minute(at), **fields))
    assert assigned is not None
    return assigned.session


def test_a_gap_of_half_an_hour_ends_a_session() -> None:
    sessions = Sessions()
    first = opened(sessions, 0)
    assert opened(sessions, 29.99) == first
    assert opened(sessions, 59.99) != first


def test_visitors_have_sessions_of_their_own() -> None:
    sessions = Sessions()
    assert opened(sessions, 0, visitor=1) != opened(sessions, 0, visitor=2)


def test_only_the_first_event_opens() -> None:
    sessions = Sessions()
    starts = [sessions.assign(an_event(minute(at))) for at in (0, 1, 40)]
    assert [assigned and assigned.starts for assigned in starts] == [True, False, True]


def test_nobody_has_no_session_and_no_engagement() -> None:
    sessions = Sessions()
    assert opened(sessions, 0, visitor=0) == 0
    assert sessions.assign(an_event(visitor=0, name="engagement")) is None
    assert len(sessions) == 0


def test_an_engagement_lengthens_and_never_opens() -> None:
    sessions = Sessions()
    assert sessions.assign(an_event(name="engagement")) is None
    first = opened(sessions, 0)
    assert opened(sessions, 20, name="engagement") == first
    assert opened(sessions, 45) == first


def test_an_event_between_two_sessions_belongs_to_the_one_that_had_begun() -> None:
    """In whichever order the store told of them."""
    one, two = (1, 11, minute(0), minute(0)), (1, 22, minute(40), minute(40))
    for rows in ([one, two], [two, one]):
        sessions = Sessions()
        sessions.restore(rows)
        assert opened(sessions, 20) == 11
        sessions.restore([(2, 22, minute(40), minute(40))])
        assert opened(sessions, 39, visitor=2) == 22


def test_what_is_in_memory_is_newer_than_what_the_store_tells() -> None:
    sessions = Sessions()
    first = opened(sessions, 0)
    opened(sessions, 25)
    sessions.restore([(1, first, minute(0), minute(0))])
    assert opened(sessions, 50) == first


def test_the_id_is_the_same_for_a_record_read_again() -> None:
    event = an_event(page_id=7)
    assert session_id(event) == session_id(an_event(page_id=7)) != 0
    others = [an_event(visitor=2), an_event(page_id=8), an_event(minute(1)), an_event(name="x")]
    assert len({session_id(other) for other in [event, *others]}) == 5


def test_sessions_are_forgotten_when_nothing_can_join_them() -> None:
    sessions = Sessions()
    opened(sessions, 0, visitor=1)
    opened(sessions, 10, visitor=2)
    sessions.forget_before(minute(0) + SESSION_GAP)
    assert (sessions.knows(1), sessions.knows(2), len(sessions)) == (False, True, 1)
