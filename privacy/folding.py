"""Folding: the small values of closed days become one for good when their events go.

Plain integers of ones and twos are not anonymous.  Sites' own totals stay as they are.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from privacy.mutation import mutate
from privacy.small_numbers import FOLDED_VALUE
from schema import Site, Store, statement

_QUERIES: Final = "privacy.queries"


def find_small_totals(store: Store, site: Site, until: date) -> list[tuple[date, int]]:
    """Return how many small values each day up to `until` has, oldest first."""
    rows = store.run(
        _QUERIES,
        "find_totals",
        site=site.name,
        until=until,
        small_number=site.small_number,
        other=FOLDED_VALUE,
    )
    return [(day, count) for day, count in rows]


def fold_totals(store: Store, site: Site, until: date, now: datetime) -> None:
    """Fold the small values of every day up to `until`; safe to repeat after a crash.

    A day's values are folded by one insert that also writes zeros over them, so that no reader
    counts one twice; what lies under the zeros goes next, and the zeros last.
    """
    for day, _ in find_small_totals(store, site, until):
        values: dict[str, Any] = {
            "site": site.name,
            "day": day,
            "small_number": site.small_number,
            "other": FOLDED_VALUE,
            "folded_at": now,
        }
        store.command(statement(_QUERIES, "fold_totals"), values)
    which = {"site": site.name, "until": until}
    mutate(store, "daily_rows", "remove_folded_totals", **which)
    mutate(store, "daily_rows", "remove_folded_values", **which)
