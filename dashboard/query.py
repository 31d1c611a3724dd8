"""Query builder: turns a view's days, filters and dimension into SQL with bound values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from dashboard.dimensions import DIMENSIONS
from dashboard.filters import column_of, conditions
from dashboard.model import Filter
from schema import Store, statement

_QUERIES: Final = "dashboard.queries"
_WORD: Final = re.compile(r"\w+")
# A column of every_event or every_session on its line; the last one, without comma, always stays.
_COLUMN: Final = re.compile(r" .* AS (\w+),\n")
_FILE_OF_LEVEL: Final = {"event": "by_event", "session": "by_session", "both": "by_both"}

# Later than any event: nothing is cut off.
NEVER: Final = datetime(2299, 1, 1, tzinfo=UTC)

# Our choice: what a page or an export can hold in memory.  Rows behind it are in `row_total`.
MAX_ROWS: Final = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a query is about: a site's days, and which of their rows."""

    site: str
    raw_days: tuple[date, ...]  # read from events and sessions
    closed_days: tuple[date, ...] = ()  # read from daily_rows; only without filter
    expired_days: tuple[date, ...] = ()  # their events are gone; only their totals can be read
    before: datetime = NEVER  # aware: events and sessions from then on are left out
    filters: tuple[Filter, ...] = ()
    path_prefixes: tuple[str, ...] = ()  # a seller's pages; empty: all

    @property
    def is_filtered(self) -> bool:
        """Return whether the view holds less than its days."""
        return bool(self.filters or self.path_prefixes)

    @property
    def lost_days(self) -> tuple[date, ...]:
        """Return the days of which nothing can be read."""
        return tuple(day for day in self.expired_days if day not in self.closed_days)

    def from_events(self) -> Scope:
        """Return the same view, read from events alone."""
        kept = tuple(day for day in self.closed_days if day not in self.expired_days)
        return replace(self, raw_days=self.raw_days + kept, closed_days=())


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of a value, a day or an hour."""

    visitors: int = 0
    sessions: int = 0
    pageviews: int = 0
    bounces: int = 0
    duration_s: int = 0  # of all sessions together

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.visitors + other.visitors,
            self.sessions + other.sessions,
            self.pageviews + other.pageviews,
            self.bounces + other.bounces,
            self.duration_s + other.duration_s,
        )


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Figures by value, most visitors first, and how many values there are in all."""

    rows: list[tuple[str, Figures]]
    row_total: int


def scope_of_days(
    store: Store,
    site: str,
    since: date,
    until: date,
    *,
    filters: tuple[Filter, ...] = (),
    path_prefixes: tuple[str, ...] = (),
    before: datetime = NEVER,
) -> Scope:
    """Return the scope of a range of days, both included.

    Without filter closed days are read from their totals; a last day cut off by `before` and
    every day under a filter is read from its events, while they are there.  Of several days the
    last stands whole, from its total, once its events are gone.
    """
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    rows = store.run(_QUERIES, "closed_days", site=site, since=since, until=until)
    expired = {day for day, is_expired in rows if is_expired}
    closed: set[date] = set()
    if not filters and not path_prefixes:
        cut = {until} - (expired if since < until else set()) if before is not NEVER else set()
        closed = {day for day, _ in rows} - cut
    return Scope(
        site=site,
        raw_days=tuple(day for day in days if day not in closed and day not in expired),
        closed_days=tuple(day for day in days if day in closed),
        expired_days=tuple(day for day in days if day in expired),
        before=before,
        filters=filters,
        path_prefixes=path_prefixes,
    )


def breakdown(
    store: Store,
    scope: Scope,
    dimension: str,
    row_limit: int = MAX_ROWS,
    *,
    with_empty: bool = True,
) -> Breakdown:
    """Return figures by each value of a dimension; what has none is "" unless left out."""
    known = DIMENSIONS[dimension]
    view = scope if known.is_daily else scope.from_events()
    rows = _run(
        store,
        _FILE_OF_LEVEL[known.level],
        view,
        column=column_of(known, scope.path_prefixes),
        dimension=dimension,
        row_limit=row_limit,
        with_empty=with_empty,
    )
    figures = [
        (value, Figures(visitors, sessions, pageviews, bounces, duration_s))
        for value, visitors, sessions, pageviews, _, bounces, duration_s, _ in rows
    ]
    return Breakdown(figures, rows[0][-1] if rows else 0)


def by_day(store: Store, scope: Scope) -> dict[date, Figures]:
    """Return figures by day; days with none are left out."""
    return {day: Figures(*counts) for day, *counts in _run(store, "series_days", scope)}


def by_hour(store: Store, scope: Scope, timezone: str) -> dict[datetime, Figures]:
    """Return figures by the UTC instant at which an hour begins; hours with none are left out."""
    rows = _run(store, "series_hours", scope.from_events(), timezone=timezone)
    return {datetime.fromtimestamp(hour, UTC): Figures(*counts) for hour, *counts in rows}


def page_engagement(
    store: Store, scope: Scope, paths: Sequence[str] = ()
) -> dict[str, tuple[float, float]]:
    """Return by path the mean engaged seconds and scroll depth, 0..1, of a page load."""
    rows = _run(store, "page_engagement", scope.from_events(), values=list(paths))
    return {path: (engaged_s, scroll) for path, engaged_s, scroll in rows}


def nobody_pageviews(store: Store, scope: Scope) -> int:
    """Return how many pageviews of a scope were counted for nobody."""
    return int(_run(store, "nobody_pageviews", scope)[0][0])


def has_figures(store: Store, site: str) -> bool:
    """Return whether a site has counted anything yet."""
    return bool(store.run(_QUERIES, "has_figures", site=site))


def first_day(store: Store, site: str) -> date | None:
    """Return the first day of which a site has figures; None when it has none."""
    rows = store.run(_QUERIES, "first_day", site=site)
    return rows[0][0] if rows else None


def visitors(store: Store, scope: Scope) -> int:
    """Return how many visitors a filtered scope has."""
    return int(_run(store, "visitors_of_view", scope)[0][0])


def _run(
    store: Store, name: str, scope: Scope, *, column: str = "''", **values: Any
) -> list[tuple[Any, ...]]:
    """Run a query over a scope; only text from our own files and lists becomes part of it."""
    chosen = conditions(scope.filters, scope.path_prefixes)
    bound = {
        "site": scope.site,
        "raw_days": list(scope.raw_days),
        "closed_days": list(scope.closed_days),
        "before": scope.before,
        **chosen.values,
        **values,
    }
    return store.rows(_sql(name, chosen.of_events, chosen.of_sessions, column), bound)


@lru_cache(maxsize=512)
def _sql(name: str, of_events: str, of_sessions: str, column: str) -> str:
    """Return a query that begins with the parts it reads, each with the columns it needs.

    The engine takes longer to plan what is not needed than to read a small site's rows.
    """
    query = used = _filled(name, of_events, of_sessions, column)
    parts: dict[str, str] = {}
    for part in ("one_event", "one_session"):
        if part in _names(used):
            parts[part] = _filled(part, of_events, of_sessions, column)
    used += "".join(parts.values())
    needed = _names(used)
    for part in ("every_event", "every_session"):
        if part in needed:
            parts[part] = _with_columns(_filled(part, of_events, of_sessions, column), needed)
    definitions = ",\n".join(f"{part} AS (\n{parts[part]})" for part in reversed(parts))
    return f"WITH\n{definitions}\n{query}"


def _filled(name: str, of_events: str, of_sessions: str, column: str) -> str:
    """Return a file's statement without its comment lines, its places filled."""
    lines = statement(_QUERIES, name).splitlines(keepends=True)
    text = "".join(line for line in lines if not line.lstrip().startswith("--"))
    text = text.replace("/* session_filters */", of_sessions)
    text = text.replace("/* event_filters */", of_events)
    return text.replace("/* dimension */", column)


def _with_columns(text: str, needed: set[str]) -> str:
    """Return a part without the columns that nothing names."""
    lines = text.splitlines(keepends=True)
    columns = [_COLUMN.fullmatch(line) for line in lines]
    return "".join(
        line for line, found in zip(lines, columns, strict=True) if not found or found[1] in needed
    )


def _names(text: str) -> set[str]:
    return set(_WORD.findall(text))
