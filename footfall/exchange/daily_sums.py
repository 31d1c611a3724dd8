"""Daily sums: figures that come in several rows of a file, as one row for each day and value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

import msgspec

from collector.facts.scrub import scrubbed
from footfall.exchange.records import Figure

_FIGURES: Final = ("visitors", "sessions", "pageviews", "events", "bounces", "duration_s")


class DailySums:
    """Sums by day, dimension and value, in the order in which they were first met."""

    def __init__(self) -> None:
        self._sums: dict[tuple[date, str, str], dict[str, int]] = {}

    def add(self, day: date, dimension: str, value: str, **figures: int) -> None:
        """Add figures to a value's; `figures` are named as in Figure."""
        key = (day, dimension, scrubbed(value))
        sums = self._sums.setdefault(key, dict.fromkeys(_FIGURES, 0))
        for name, number in figures.items():
            sums[name] += number

    def days(self) -> set[date]:
        """Return the days that have figures."""
        return {day for day, _, _ in self._sums}

    def records(self) -> Iterator[Figure]:
        """Yield every row."""
        for (day, dimension, value), figures in self._sums.items():
            yield msgspec.structs.replace(Figure(day, dimension, value), **figures)


def with_totals(figures: Iterable[Figure], remarks: list[str]) -> list[Figure]:
    """Return each value's figures once, and the site's own for days that came without.

    Of several reports the first that has a value says it.  A day's own figures are then the sum
    over the first dimension there is: every session has one source, and one device.
    """
    first: dict[tuple[date, str, str, str], Figure] = {}
    for figure in figures:
        first.setdefault((figure.day, figure.dimension, figure.value, figure.currency), figure)
    sums = DailySums()
    summed: dict[date, str] = {}
    for figure in first.values():
        day, dimension = figure.day, figure.dimension
        if (day, "", "", "") in first or dimension == "goal":
            continue
        if summed.setdefault(day, dimension) == dimension:
            sums.add(day, "", "", **{name: getattr(figure, name) for name in _FIGURES})
    remarks += [
        f"the site's own figures of some days are the sum over {dimension}"
        for dimension in sorted(set(summed.values()))
    ]
    return [*first.values(), *sums.records()]
