"""Resend: an id within ten minutes of its last one is a repeat, whatever was seen before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from collector.resend import RecentIds
from tests.collector.journals import minute


def test_a_repeat_is_one_within_ten_minutes_of_the_last() -> None:
    recent = RecentIds()
    answers = [recent.is_repeat(7, minute(at)) for at in (0, 9.99, 19, 29, 29)]
    assert answers == [False, True, True, False, True]


def test_no_id_never_repeats() -> None:
    recent = RecentIds()
    assert [recent.is_repeat(0, minute(0)) for _ in range(2)] == [False, False]


def test_what_is_old_is_forgotten() -> None:
    recent = RecentIds()
    for number in range(1, 100):
        recent.is_repeat(number, minute(number))
    assert len(recent) == 10


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 5)), max_size=40), st.integers(0, 40))
def test_a_start_over_the_last_ten_minutes_decides_the_same(
    steps: list[tuple[int, int]], first: int
) -> None:
    at, seen = 0, []
    for number, later in steps:
        at += later
        seen.append((number, at))
    whole, again = RecentIds(), RecentIds()
    expected = [whole.is_repeat(number, minute(at)) for number, at in seen]
    since = seen[first][1] - 10 if first < len(seen) else 0
    for number, at in seen[:first]:
        if at >= since:
            again.is_repeat(number, minute(at))
    assert [again.is_repeat(number, minute(at)) for number, at in seen[first:]] == expected[first:]
