"""Chart: the series as the page's script draws it, every figure already in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor, log10
from typing import Final

from dashboard.figures.model import Overview, Point
from dashboard.rendering.links import Links
from dashboard.rendering.names import METRICS, STEPS
from dashboard.rendering.words import DURATIONS, RATES, Change, Words

# Up to here every day of a chart has its name below it, from here on Mondays only.
NAMED_DAYS: Final = 8
NAMED_HOURS: Final = 6

ROUND: Final = (1, 2, 5)
# Round for minutes and hours, in seconds.
ROUND_DURATIONS_S: Final = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200,
)  # fmt: skip
MOST_STEPS: Final = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """One metric at one point."""

    value: float | None
    text: str
    previous: float | None
    previous_text: str
    change: Change | None


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One step: its names and, by metric, its figures."""

    when: str  # in the table and the readout
    previous_when: str
    label: str  # below the axis, "" for none
    is_partial: bool
    href: str  # that day's own page, "" when there is none
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Chart:
    """All series of a page."""

    metric: str  # the one shown
    titles: dict[str, str]
    sentences: dict[str, str]
    ticks: dict[str, list[tuple[float, str]]]  # ascending, from 0
    points: list[ChartPoint]
    is_partial: bool
    until: str  # the time of day up to which a partial step is known
    has_previous: bool

    def payload(self, names: Mapping[str, str] = METRICS) -> str:
        """Return what the script needs, as JSON; `names` are those of the metrics."""
        return compact_json(
            {
                "metric": self.metric,
                "names": names,
                "titles": self.titles,
                "sentences": self.sentences,
                "ticks": self.ticks,
                "points": [_point_payload(point) for point in self.points],
            }
        )


def chart_of(page: Overview, links: Links, words: Words) -> Chart:
    """Return the chart of a page; an unknown `chart` in the address shows visitors."""
    asked = links.tabs.get("chart", "visitors")
    metric = asked if asked in METRICS else "visitors"
    step = page.series.step
    until = words.clock(page.now)
    last = _last_known(page.series.points)
    points = [
        _chart_point(point, index, is_last=index == last, page=page, links=links, words=words)
        for index, point in enumerate(page.series.points)
    ]
    return Chart(
        metric=metric,
        titles={name: f"{label} {STEPS[step]}" for name, label in METRICS.items()},
        sentences={name: _sentence(page, name, points, words, until) for name in METRICS},
        ticks={name: _ticks(name, points, words) for name in METRICS},
        points=points,
        is_partial=any(point.is_partial for point in points),
        until=until,
        has_previous=any(p.previous_starts_at is not None for p in page.series.points),
    )


def round_ticks(
    highest: float, *, is_duration: bool = False, is_whole: bool = False
) -> list[float]:
    """Return 4 to 6 round values from 0 to at least `highest`."""
    if highest <= 0:
        highest = 4 if is_whole or is_duration else 0.4
    steps: Sequence[float] = ROUND_DURATIONS_S if is_duration else _round_steps(highest)
    fitting = [
        (step * count, step)
        for step in steps
        for count in (3, 4, MOST_STEPS)
        if step * count >= highest * (1 - 1e-9) and not (is_whole and step < 1)
    ]
    if not fitting:  # days on end: no need for a fine scale
        step: float = 86_400 * ceil(highest / 86_400 / 4)
        fitting = [(step * 4, step)]
    top, step = min(fitting, key=lambda fit: (fit[0], -fit[1]))
    return [step * count for count in range(round(top / step) + 1)]


def _round_steps(highest: float) -> list[float]:
    power = floor(log10(highest))
    return [mantissa * 10.0**exponent for exponent in (power - 1, power) for mantissa in ROUND]


def _ticks(name: str, points: Iterable[ChartPoint], words: Words) -> list[tuple[float, str]]:
    cells = [point.cells[name] for point in points]
    known = [v for cell in cells for v in (cell.value, cell.previous) if v is not None]
    is_rate, is_duration = name in RATES, name in DURATIONS
    ticks = round_ticks(
        max(known, default=0), is_duration=is_duration, is_whole=not (is_rate or is_duration)
    )
    if is_rate:
        # More than everything is no rate.
        return [(tick, words.percent(tick, 0)) for tick in ticks if tick <= 1 + 1e-9]
    return [(tick, words.figure(tick, name)) for tick in ticks]


def _last_known(points: list[Point]) -> int:
    known = [i for i, point in enumerate(points) if point.values.get("visitors") is not None]
    return known[-1] if known else -1


def _chart_point(
    point: Point, index: int, *, is_last: bool, page: Overview, links: Links, words: Words
) -> ChartPoint:
    step = page.series.step
    earlier = point.previous_starts_at
    day = point.starts_at.date()
    return ChartPoint(
        when=_when(point.starts_at, step, words),
        previous_when="" if earlier is None else _when(earlier, step, words),
        label=_label(point, index, is_last=is_last, page=page, words=words),
        is_partial=point.is_partial,
        href=links.period("custom", day, day) if step == "day" else "",
        cells={name: _cell(point, name, words) for name in METRICS},
    )


def _cell(point: Point, name: str, words: Words) -> Cell:
    value, previous = point.values.get(name), point.previous.get(name)
    return Cell(
        value,
        words.figure(value, name),
        previous,
        words.figure(previous, name),
        words.change(value, previous, name),
    )


def _when(moment: datetime, step: str, words: Words) -> str:
    if step == "hour":
        return f"{words.day(moment)}, {words.clock(moment)}"
    return words.day(moment) if step == "day" else words.month(moment)


def _label(point: Point, index: int, *, is_last: bool, page: Overview, words: Words) -> str:
    """Return the word below the axis: now at the end, else each round step."""
    step, moment = page.series.step, point.starts_at
    if is_last and point.is_partial:
        return f"Today, to {words.clock(page.now)}" if step == "day" else "Now"
    if step == "hour":
        return words.clock(moment) if moment.hour % NAMED_HOURS == 0 else ""
    if step == "month":
        return words.month(moment)
    few = len(page.series.points) <= NAMED_DAYS
    return words.day(moment) if few or moment.weekday() == 0 else ""


def _sentence(page: Overview, name: str, points: list[ChartPoint], words: Words, until: str) -> str:
    """Return what the chart shows: the change, the highest point, what is not over."""
    title = METRICS[name]
    parts = [_rise(page, name, title, words)]
    known = [p for p in points if p.cells[name].value is not None and not p.is_partial]
    if known:
        highest = max(known, key=lambda p: p.cells[name].value or 0)
        parts.append(f"Highest: {highest.when}, {highest.cells[name].text}.")
    if any(point.is_partial for point in points):
        parts.append(f"The last step is partial, to {until}.")
    return " ".join(parts)


def _rise(page: Overview, name: str, title: str, words: Words) -> str:
    metric = next((m for m in page.metrics if m.name == name), None)
    if metric is None or metric.value is None:
        return f"{title} are not known."
    change = words.change(metric.value, metric.previous, name)
    figure = words.figure(metric.value, name)
    if change is None or change.direction == "new":
        return f"{title}: {figure}."
    if change.direction == "same":
        return f"{title}: {figure}, as in the period compared with."
    verb = "up" if change.direction == "up" else "down"
    return f"{title}: {figure}, {verb} {change.size} on the period compared with."


def _point_payload(point: ChartPoint) -> dict[str, object]:
    return {
        "when": point.when,
        "previousWhen": point.previous_when,
        "label": point.label,
        "partial": point.is_partial,
        "href": point.href,
        "cells": {name: _cell_payload(cell) for name, cell in point.cells.items()},
    }


def _cell_payload(cell: Cell) -> list[object]:
    change = cell.change
    return [
        cell.value,
        cell.text,
        cell.previous,
        cell.previous_text,
        "" if change is None else change_text(change),
        "" if change is None else change.tone,
    ]


def change_text(change: Change) -> str:
    """Return a change as it is written: its arrow, then its size."""
    return "new" if change.direction == "new" else f"{change.arrow} {change.size}".strip()


def compact_json(value: object) -> str:
    """Return JSON for an attribute of the page."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
