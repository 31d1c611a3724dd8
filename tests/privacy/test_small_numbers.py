"""Small numbers: no row, and no difference between figures shown, tells of 1 to N-1 visitors."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from privacy.small_numbers import fold, is_guarded, is_view_hidden

COUNTS = st.lists(st.integers(0, 12), max_size=12)
LEVELS = st.integers(0, 8)


def folded(counts: list[int], level: int) -> tuple[list[int], list[int]]:
    found = fold(counts, lambda count: count, level)
    return found.shown, found.others


@given(COUNTS, LEVELS)
def test_every_row_is_shown_or_in_other_and_keeps_its_order(counts: list[int], level: int) -> None:
    found = fold(list(enumerate(counts)), lambda row: row[1], level)
    assert sorted(found.shown + found.others) == list(enumerate(counts))
    assert found.shown == sorted(found.shown)


@given(COUNTS, LEVELS)
def test_no_shown_row_is_small(counts: list[int], level: int) -> None:
    assert not [count for count in folded(counts, level)[0] if 0 < count < level]


@given(COUNTS, LEVELS)
def test_no_small_row_folds_alone_while_another_has_visitors(counts: list[int], level: int) -> None:
    others = [count for count in folded(counts, level)[1] if count]
    if len(others) == 1:
        assert [count for count in counts if count] == others


@given(COUNTS, LEVELS)
def test_nothing_folds_that_need_not(counts: list[int], level: int) -> None:
    shown, others = folded(counts, level)
    small = [count for count in counts if 0 < count < level]
    if not small:
        assert others == []
    assert sum(count >= level for count in others) <= (len(small) == 1)
    assert len(shown) + len(others) == len(counts)


def test_a_lone_small_row_takes_the_next_smallest_with_it() -> None:
    assert folded([40, 9, 7, 3], 5) == ([40, 9], [7, 3])
    assert folded([40, 7, 7, 3], 5) == ([40, 7], [7, 3])
    assert folded([40, 9, 3, 2], 5) == ([40, 9], [3, 2])


def test_a_row_of_nobody_is_no_company_for_a_small_one() -> None:
    assert folded([40, 9, 3, 0], 5) == ([40], [9, 3, 0])
    assert folded([40, 9, 0], 5) == ([40, 9, 0], [])


def test_a_view_hides_when_it_or_what_a_filter_took_away_is_small() -> None:
    assert is_view_hidden(4, [100], 5)
    assert is_view_hidden(96, [200, 100], 5)
    assert not is_view_hidden(95, [200, 100], 5)
    assert not is_view_hidden(100, [100], 5)
    assert not is_view_hidden(0, [100], 5)
    assert not is_view_hidden(5, [], 5)


def test_the_rule_holds_for_places_two_filters_and_sellers() -> None:
    assert not is_guarded(1, by_place=False, sees_part=False)
    assert is_guarded(2, by_place=False, sees_part=False)
    assert is_guarded(0, by_place=True, sees_part=False)
    assert is_guarded(0, by_place=False, sees_part=True)
