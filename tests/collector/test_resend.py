"""Promise: an id within ten minutes of its last one is a repeat, whatever was seen before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from collector.resend import REMEMBERED, RecentIds
from tests.collector.journals import minute

# An id may be known for the rest of its minute, and is by nobody's wish.
STEPS = st.lists(st.tuples(st.integers(1, 4), st.sampled_from((0, 0.5, 1, 3, 8, 12))), max_size=40)


def test_a_repeat_is_one_within_ten_minutes_of_the_last() -> None:
    recent = RecentIds()
    answers = [recent.is_repeat(7, minute(at)) for at in (0, 9.99, 19, 30.01, 30.01)]
    assert answers == [False, True, True, False, True]


@given(STEPS)
def test_within_ten_minutes_always_and_after_eleven_never(steps: list[tuple[int, float]]) -> None:
    recent, last, at = RecentIds(), dict[int, float](), 0.0
    for number, later in steps:
        at += later
        is_repeat = recent.is_repeat(number, minute(at))
        since = at - last.get(number, -100)
        if not 10 <= since <= 11:
            assert is_repeat == (since < 10)
        last[number] = at


def test_a_clock_that_goes_back_makes_no_second_of_a_resend() -> None:
    recent = RecentIds()
    assert [recent.is_repeat(7, minute(at)) for at in (60, 0, 1)] == [False, True, True]


def test_after_a_clock_that_went_far_back_what_is_old_is_forgotten_too() -> None:
    recent = RecentIds()
    for at in (10_000, *range(100)):
        recent.is_repeat(at + 1, minute(at))
    # The one of the future is known until then.
    assert 11 <= len(recent) <= 12
    assert recent.is_repeat(10_001, minute(100))


def test_no_id_never_repeats() -> None:
    recent = RecentIds()
    assert [recent.is_repeat(0, minute(0)) for _ in range(2)] == [False, False]


def test_what_is_old_is_forgotten() -> None:
    recent = RecentIds()
    for number in range(1, 100):
        recent.is_repeat(number, minute(number))
    assert 10 <= len(recent) <= 11


@given(STEPS, st.integers(0, 40))
def test_a_start_over_what_is_remembered_decides_the_same(
    steps: list[tuple[int, float]], first: int
) -> None:
    at, seen = 0.0, []
    for number, later in steps:
        at += later
        seen.append((number, at))
    whole, again = RecentIds(), RecentIds()
    expected = [whole.is_repeat(number, minute(at)) for number, at in seen]
    since = seen[first][1] - REMEMBERED.total_seconds() / 60 if first < len(seen) else 0
    for number, at in seen[:first]:
        if at >= since:
            again.is_repeat(number, minute(at))
    assert [again.is_repeat(number, minute(at)) for number, at in seen[first:]] == expected[first:]
