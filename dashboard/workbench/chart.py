"""Answer chart: an answer in SQL as a line over time or as bars, where its columns make one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Final

from dashboard.rendering.chart import Cell, Chart, ChartPoint, round_ticks
from dashboard.rendering.words import UNKNOWN, Words
from dashboard.workbench.questions import Column, Table

_WRAPPED: Final = re.compile(r"(?:Nullable|LowCardinality)\((.*)\)")
_NUMBER: Final = re.compile(r"U?Int\d+|B?Float\d+|Decimal.*")
_TIME: Final = re.compile(r"Date(32)?|DateTime(64)?(\(.*\))?")
_NAME: Final = re.compile(r"(Fixed)?String.*|Enum\d+.*|Bool|UUID")
# Our choices: what can be told apart.
_MOST_BARS: Final = 20
_FEWEST: Final = 2
# A number beside a number is an axis of its own kind only where it is a small whole one: an hour.
_SMALL_WHOLE: Final = re.compile(r"U?Int8")


@dataclass(frozen=True, slots=True)
class AnswerChart:
    """The first two columns of an answer."""

    title: str
    payload: str = ""  # of a line, for the script
    sentence: str = ""
    bars: tuple[tuple[str, float, str], ...] = ()  # label, value, and that in words
    highest: float = 0


def answer_chart(table: Table, words: Words) -> AnswerChart | None:
    """Return the chart of an answer whose first column names what its second one counts."""
    if len(table.columns) < 2 or len(table.rows) < _FEWEST:
        return None
    first, second = table.columns[:2]
    if not _NUMBER.fullmatch(plain_type(second)):
        return None
    points = [(row[0], number(row[1])) for row in table.rows if row[0] is not None]
    title = f"{second.name} by {first.name}"
    if _TIME.fullmatch(plain_type(first)) and _ascends([at for at, _ in points]):
        return _line(title, second.name, points, words)
    if _NAME.fullmatch(plain_type(first)) or _SMALL_WHOLE.fullmatch(plain_type(first)):
        return _bars(title, points, words)
    return None


def plain_type(column: Column) -> str:
    """Return a column's type without what wraps it."""
    kind = column.type
    while wrapped := _WRAPPED.fullmatch(kind):
        kind = wrapped[1]
    return kind


def is_number(column: Column) -> bool:
    """Return whether a column holds numbers."""
    return bool(_NUMBER.fullmatch(plain_type(column)))


def number(value: Any) -> float | None:
    """Return a value as a number to draw; None for what is none."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if abs(found) < float("inf") else None


def _ascends(moments: list[str]) -> bool:
    return all(one < other for one, other in pairwise(moments))


def _bars(title: str, points: list[tuple[Any, float | None]], words: Words) -> AnswerChart:
    known = [(str(label), value) for label, value in points if value is not None]
    highest = max((value for _, value in known), default=0)
    bars = tuple((label, value, _figure(value, words)) for label, value in known[:_MOST_BARS])
    return AnswerChart(title, bars=bars, highest=highest)


def _line(
    title: str, name: str, points: list[tuple[Any, float | None]], words: Words
) -> AnswerChart | None:
    known = [value for _, value in points if value is not None]
    if not known or min(known) < 0:  # the axis begins at 0
        return None
    whole = all(value == int(value) for value in known)
    ticks = [(tick, _figure(tick, words)) for tick in round_ticks(max(known), is_whole=whole)]
    highest = max(points, key=lambda point: point[1] or 0)
    sentence = f"Highest: {_moment(highest[0], words)}, {_figure(highest[1], words)}."
    chart = Chart(
        metric="value",
        titles={"value": title},
        sentences={"value": sentence},
        ticks={"value": ticks},
        points=[_point(at, value, words) for at, value in points],
        is_partial=False,
        until="",
        has_previous=False,
    )
    return AnswerChart(title, payload=chart.payload({"value": name}), sentence=sentence)


def _point(at: str, value: float | None, words: Words) -> ChartPoint:
    label = _moment(at, words)
    cell = Cell(value, _figure(value, words), None, "", None)
    return ChartPoint(label, "", label, is_partial=False, href="", cells={"value": cell})


def _moment(at: str, words: Words) -> str:
    if len(at) == len("2026-11-21"):
        return words.day(date.fromisoformat(at))
    moment = datetime.fromisoformat(at)
    return f"{words.day(moment)}, {words.clock(moment)}"


def _figure(value: float | None, words: Words) -> str:
    if value is None:
        return UNKNOWN
    return words.exact(value) if value == int(value) else words.decimal(value)
