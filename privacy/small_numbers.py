"""Small numbers: which figures are so small that they could single somebody out.

The rule stands here alone; pages, API and exports ask it.  `level` is the site's small number:
the fewest visitors a row may have.  Site totals never come here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

T = TypeVar("T")

# What the small values of a closed day are together once its events are gone; no address of a page
# is written like this.
FOLDED_VALUE: Final = "(other)"

# From this many conditions on, a view may describe so few that its rows fold.
GUARDED_FROM_FILTERS = 2


@dataclass(frozen=True, slots=True)
class Folded(Generic[T]):
    """Rows to show, in the order they came, and rows that are one row "Other"."""

    shown: list[T]
    others: list[T]


def is_guarded(filter_count: int, *, by_place: bool, sees_part: bool) -> bool:
    """Return whether the rule holds for a breakdown.

    `by_place`: it is by region or city, or a filter is.  `sees_part`: the viewer is a seller or
    came by a shared link.
    """
    return by_place or sees_part or filter_count >= GUARDED_FROM_FILTERS


def is_small(visitors: int, level: int) -> bool:
    """Return whether a number of visitors is one to hide: 1 to level - 1."""
    return 0 < visitors < level


def is_view_hidden(visitors: int, without_each_filter: Iterable[int], level: int) -> bool:
    """Return whether a view shows nothing.

    So it is when its visitors are few, or those that one of its filters took away:
    `without_each_filter` are the visitors of the view without that filter.  Each filter is looked
    at, as their order in the address means nothing.
    """
    taken = (wider - visitors for wider in without_each_filter)
    return is_small(visitors, level) or any(is_small(number, level) for number in taken)


def fold(rows: Sequence[T], visitors: Callable[[T], int], level: int) -> Folded[T]:
    """Part rows into those to show and those below `level`.

    A row that folds alone would be the difference to the total: the next smallest goes with it.
    Rows without visitors hide nobody, so they fold too but keep nobody company.
    """
    below = {number for number, row in enumerate(rows) if visitors(row) < level}
    small = [number for number in below if is_small(visitors(rows[number]), level)]
    if not small:
        return Folded(list(rows), [])
    kept = [number for number in range(len(rows)) if number not in below]
    if len(small) == 1 and kept:
        # Of equals the last goes, so that a sorted list loses its end.
        below.add(min(kept, key=lambda number: (visitors(rows[number]), -number)))
    return Folded(
        [row for number, row in enumerate(rows) if number not in below],
        [row for number, row in enumerate(rows) if number in below],
    )
