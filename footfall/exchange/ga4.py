"""Google Analytics 4: the daily figures in its CSV reports.

A report begins with comment lines, which name its first and last day, and may hold several tables.
Looked up in 2026-11.  A table has a place here when its rows are of days: by a column Date or
Nth day, or because the report is of one day.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from babel import Locale

from footfall.exchange.daily_sums import DailySums
from footfall.exchange.making import day_of
from footfall.exchange.records import FileError, Notes, Records
from footfall.exchange.source import Cells, Source

_RANGE: Final = re.compile(r"#\s*(Start|End) date:\s*(\d{8})")

# Names of their columns in small letters, without what stands in brackets.
_DIMENSIONS: Final[Mapping[str, str]] = {
    "session default channel group": "channel",
    "session primary channel group": "channel",
    "session source": "source",
    "session medium": "utm_medium",
    "session campaign": "utm_campaign",
    "page path": "page",
    "page path and screen class": "page",
    "landing page": "entry_page",
    "landing page + query string": "entry_page",
    "page path + query string": "page",
    "hostname": "hostname",
    "country": "country",
    "country id": "country",
    "device category": "device",
    "browser": "browser",
    "operating system": "os",
    "language code": "language",
    "event name": "goal",
}
_DEVICES: Final = {"desktop": "Desktop", "mobile": "Mobile", "tablet": "Tablet", "smart tv": "TV"}
_SYSTEMS: Final = {"Macintosh": "macOS", "Chrome OS": "ChromeOS"}
_UNKNOWN: Final = frozenset({"(not set)", "(none)", "(direct)", "(not provided)"})
# What the script of theirs sends by itself, of which ours counts none.
_OWN_EVENTS: Final = frozenset({"page_view", "session_start", "first_visit", "user_engagement"})

_VISITORS: Final = ("total users", "active users", "users")
_COUNTED: Final = frozenset(
    {*_VISITORS, "sessions", "views", "event count", "engaged sessions", "bounce rate",
     "average session duration", "engagement rate"}
)  # fmt: skip


@dataclass(slots=True)
class _Table:
    """The table that is being read."""

    since: date | None = None
    until: date | None = None
    head: list[str] = field(default_factory=list)
    dimension: str | None = None  # None: it has no place
    column: str = ""


def read_ga4(source: Source, notes: Notes) -> Records:
    """Yield the figures of every day in the report."""
    sums = DailySums()
    table = _Table()
    for number, line in source.lines():
        if line.startswith("#"):
            table = _next_table(table, line)
            continue
        cells = next(csv.reader([line]))
        if not table.head:
            table.head = [_name(cell) for cell in cells]
            _find_dimension(source.path, number, table, notes)
            continue
        notes.rows_read += 1
        if len(cells) != len(table.head):
            raise FileError(
                source.path, number, f"expected {len(table.head)} columns and found {len(cells)}"
            )
        row = Cells(source.path, number, dict(zip(table.head, cells, strict=True)))
        _take(row, table, sums, notes)
    yield from sums.records()


def is_ga4(lines: list[str]) -> bool:
    """Tell whether a file begins as a report does."""
    return any(_RANGE.match(line) for line in lines)


def _next_table(table: _Table, comment: str) -> _Table:
    """Return the table that a comment line begins; the days of the one before hold on."""
    since, until = table.since, table.until
    if found := _RANGE.match(comment):
        day = day_of(found[2])
        since, until = (day, until) if found[1] == "Start" else (since, day)
    return _Table(since, until)


def _find_dimension(path: Path, line: int, table: _Table, notes: Notes) -> None:
    """Find what a table is by; raises FileError when its rows cannot be put on days."""
    of_day = "date" in table.head or ("nth day" in table.head and table.since is not None)
    if not of_day and (table.since is None or table.since != table.until):
        raise FileError(
            path,
            line,
            "expected a column Date or Nth day: the report's figures are of its whole period; add"
            " the dimension Date to the report, or export it for single days",
        )
    lines_of = [name for name in table.head if name not in {"date", "nth day", *_COUNTED}]
    known = [name for name in lines_of if name in _DIMENSIONS]
    notes.lose(*(name for name in lines_of if name not in _DIMENSIONS))
    if len(known) > 1 or (not known and _has_dimension(lines_of)):
        notes.lose(f"the table of {', '.join(lines_of)}: its rows are by more than one thing")
        return
    table.column = known[0] if known else ""
    table.dimension = _DIMENSIONS[table.column] if known else ""
    notes.mapped.append(f"{table.column or 'the site'} → {table.dimension or 'the site'}")


def _has_dimension(names: list[str]) -> bool:
    """Tell whether a column that we do not know may split the rows: measures are numbers."""
    measures = ("revenue", "rate", "duration", "time", "count", "events", "per ", "users", "value")
    return any(not any(word in name for word in measures) for name in names)


def _take(row: Cells, table: _Table, sums: DailySums, notes: Notes) -> None:
    if table.dimension is None:
        notes.leave_out("rows of tables that have no place here")
        return
    day = _day(row, table)
    value = row[table.column].strip() if table.column else ""
    if table.dimension == "goal" and value in _OWN_EVENTS:
        notes.leave_out("events that their script sends by itself")
        return
    sums.add(day, table.dimension, _value(table, value), **_figures(row, table.dimension))


def _day(row: Cells, table: _Table) -> date:
    try:
        if "date" in table.head:
            return day_of(row["date"].strip())
        if "nth day" in table.head and table.since is not None:
            return table.since + timedelta(days=int(row["nth day"]))
    except (ValueError, OverflowError) as error:
        column = "date" if "date" in table.head else "nth day"
        raise row.wrong(column, "a day such as 20260131, or a number of days") from error
    assert table.since is not None  # _find_dimension saw to it
    return table.since


def _figures(row: Cells, dimension: str) -> dict[str, int]:
    visitors = next((row.whole(name) for name in _VISITORS if row[name]), 0)
    if dimension == "goal":
        return {"visitors": visitors, "events": row.whole("event count")}
    sessions, views = row.whole("sessions"), row.whole("views")
    bounces = 0
    if row["engaged sessions"]:
        bounces = max(0, sessions - row.whole("engaged sessions"))
    elif row["bounce rate"]:
        bounces = round(sessions * _number(row, "bounce rate"))
    duration_s = round(sessions * _number(row, "average session duration"))
    return {
        "visitors": visitors,
        "sessions": sessions,
        "pageviews": views,
        "events": views,
        "bounces": min(bounces, sessions),
        "duration_s": duration_s,
    }


def _number(row: Cells, column: str) -> float:
    try:
        number = float(row[column] or 0)
    except ValueError as error:
        raise row.wrong(column, "a number such as 0.42") from error
    if not 0 <= number < 1e9:
        raise row.wrong(column, "a number from 0")
    return number


def _value(table: _Table, text: str) -> str:
    if text.lower() in _UNKNOWN:
        return ""
    match table.dimension:
        case "country":
            return text if table.column == "country id" else _countries().get(text.casefold(), "")
        case "device":
            return _DEVICES.get(text.lower(), "Other")
        case "os":
            return _SYSTEMS.get(text, text)
        case "language":
            return text.partition("-")[0].lower()
        case "page" | "entry_page":
            return text.partition("?")[0] or "/"
        case _:
            return text


def _name(cell: str) -> str:
    return cell.partition("(")[0].strip().lower()


@cache
def _countries() -> dict[str, str]:
    """Return the codes of countries by their English names."""
    names = Locale("en").territories
    known = {name.casefold(): code for code, name in names.items() if len(code) == 2}
    # As Google writes some of them.
    return known | {"türkiye": "TR", "turkey": "TR", "czechia": "CZ", "myanmar (burma)": "MM"}
