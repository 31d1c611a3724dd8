"""Query builder: turns a view's days, filters and dimension into SQL with bound values."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from dashboard.figures.condition import Condition
from dashboard.figures.dimensions import DIMENSIONS, OF_DAYS, Dimension
from dashboard.figures.filters import column_of, conditions, is_by_place
from dashboard.figures.model import Filter
from dashboard.figures.query_text import QUERIES, Places, query_text
from schema import Store

# Earlier and later than any event: nothing is cut off.
EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
NEVER: Final = datetime(2299, 1, 1, tzinfo=UTC)

# Our choice: what a page or an export can hold in memory.  Rows behind it are in `row_total`.
MAX_ROWS: Final = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a query is about: a site's days, and which of their rows."""

    site: str
    raw_days: tuple[date, ...]  # read from events and sessions
    closed_days: tuple[date, ...] = ()  # read from daily_rows; only without filter
    expired_days: tuple[date, ...] = ()  # without events or visitors: only totals can be read
    placeless_days: tuple[date, ...] = ()  # their events tell no region or city any more
    since: datetime = EVER  # aware: events and sessions before it are left out
    before: datetime = NEVER  # aware: events and sessions from then on are left out
    filters: tuple[Filter | Condition, ...] = ()
    path_prefixes: tuple[str, ...] = ()  # a seller's pages; empty: all

    @property
    def is_filtered(self) -> bool:
        """Return whether the view holds less than its days."""
        return bool(self.filters or self.path_prefixes)

    @property
    def lost_days(self) -> tuple[date, ...]:
        """Return the days of which nothing can be read."""
        return tuple(day for day in self.expired_days if day not in self.closed_days)

    def from_events(self, dimensions: Sequence[Dimension] = ()) -> Scope:
        """Return the same view, read from events alone: those that can tell these dimensions."""
        kept = tuple(day for day in self.closed_days if day not in self.expired_days)
        view = replace(self, raw_days=self.raw_days + kept, closed_days=())
        return view.telling(dimensions)

    def telling(self, dimensions: Sequence[Dimension]) -> Scope:
        """Return the same view without the events that cannot tell these dimensions any more."""
        if not any(dimension.is_place for dimension in dimensions):
            return self
        told = tuple(day for day in self.raw_days if day not in self.placeless_days)
        return replace(self, raw_days=told)

    def unknown_days(self, dimensions: Sequence[Dimension]) -> tuple[date, ...]:
        """Return the days of which nothing can be read by these dimensions."""
        view = self.of(dimensions)
        known = {*view.raw_days, *view.closed_days}
        asked = (*self.raw_days, *self.closed_days, *self.expired_days)
        return tuple(sorted({day for day in asked if day not in known}))

    def of(self, dimensions: Sequence[Dimension]) -> Scope:
        """Return the same view, read from totals where they have these dimensions."""
        has_totals = _is_daily(self, dimensions)
        return self.telling(dimensions) if has_totals else self.from_events(dimensions)


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
class Group:
    """Figures of one combination of values."""

    key: tuple[str, ...]  # one value for each dimension
    figures: Figures
    events: int  # all but engagements


@dataclass(frozen=True, slots=True)
class Money:
    """Revenue in one currency."""

    revenue: Decimal
    average: Decimal | None  # of the events that are still there; None without any


@dataclass(frozen=True, slots=True)
class Groups:
    """Figures by combination of values, most visitors first, and how many there are in all."""

    rows: list[Group]
    row_total: int


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
    filters: tuple[Filter | Condition, ...] = (),
    path_prefixes: tuple[str, ...] = (),
    starts_at: datetime = EVER,
    before: datetime = NEVER,
) -> Scope:
    """Return the scope of a range of days, both included.

    Without filter closed days are read from their totals; a first day cut off by `starts_at`, a
    last one by `before` and every day under a filter is read from its events, while they tell
    visitors, and places where a filter names one.  Of several days such an end stands whole, from
    its total, once its events do not.
    """
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    rows = store.run(QUERIES, "closed_days", site=site, since=since, until=until)
    placeless = {day for day, _, is_placeless in rows if is_placeless}
    expired = {day for day, is_expired, _ in rows if is_expired}
    if any(map(is_by_place, filters)):
        expired |= placeless
    closed: set[date] = set()
    if not filters and not path_prefixes:
        cut = ({since} if starts_at is not EVER else set()) | (
            {until} if before is not NEVER else set()
        )
        closed = {day for day, *_ in rows} - (cut - expired if since < until else cut)
    return Scope(
        site=site,
        raw_days=tuple(day for day in days if day not in closed and day not in expired),
        closed_days=tuple(day for day in days if day in closed),
        expired_days=tuple(day for day in days if day in expired),
        placeless_days=tuple(day for day in days if day in placeless - expired),
        since=starts_at,
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
    required = () if with_empty and known.level != "event" else (0,)
    found = figures_by(store, scope, [known], row_limit=row_limit, required=required)
    return Breakdown([(row.key[0], row.figures) for row in found.rows], found.row_total)


def figures_by(
    store: Store,
    scope: Scope,
    dimensions: Sequence[Dimension],
    *,
    timezone: str = "UTC",
    row_limit: int = MAX_ROWS,
    required: Collection[int] = (),
) -> Groups:
    """Return figures by each combination of values of any number of dimensions.

    `timezone` is that of dimensions finer than a day.  `required` are the places of dimensions
    without whose value there is no row; elsewhere what has none is "".
    """
    rows = _run(
        store,
        _file_of(scope, dimensions),
        scope.of(dimensions),
        dimensions,
        timezone=timezone,
        row_limit=row_limit,
        required=tuple(required),
    )
    groups = [
        Group(
            _values(key, dimensions),
            Figures(visitors, sessions, pageviews, bounces, duration_s),
            events,
        )
        for key, visitors, sessions, pageviews, events, bounces, duration_s, _ in rows
    ]
    return Groups(groups, rows[0][-1] if rows else 0)


def session_pageviews_by(
    store: Store, scope: Scope, dimensions: Sequence[Dimension], *, timezone: str = "UTC"
) -> dict[tuple[str, ...], tuple[int, int]]:
    """Return by combination of values the pageviews of whole sessions, and the sessions."""
    is_daily = _is_daily(scope, dimensions) and all(d.level == "session" for d in dimensions)
    rows = _run(
        store,
        "by_session",
        scope if is_daily else scope.from_events(dimensions),
        dimensions,
        # Of a closed day each session stands under one channel.
        daily_dimension="" if dimensions else "channel",
        timezone=timezone,
        row_limit=MAX_ROWS,
    )
    return {
        _values(key, dimensions): (pageviews, sessions) for key, _, sessions, pageviews, *_ in rows
    }


def engagement_by(
    store: Store, scope: Scope, dimensions: Sequence[Dimension], *, timezone: str = "UTC"
) -> dict[tuple[str, ...], tuple[float, float]]:
    """Return by combination of values the mean engaged seconds and scroll depth of a page load."""
    view = scope.from_events(dimensions)
    rows = _run(store, "page_engagement", view, dimensions, timezone=timezone, values=[])
    return {_values(key, dimensions): (engaged_s, scroll) for key, engaged_s, scroll in rows}


def vitals_by(
    store: Store, scope: Scope, dimensions: Sequence[Dimension], *, timezone: str = "UTC"
) -> dict[tuple[str, ...], dict[str, float | None]]:
    """Return by combination of values the web vitals of page loads, by the columns' names."""
    view = scope.from_events(dimensions)
    rows = _run(store, "page_vitals", view, dimensions, timezone=timezone)
    names = ("lcp_ms", "fcp_ms", "ttfb_ms", "inp_ms", "cls")
    return {
        _values(key, dimensions): dict(zip(names, values, strict=True)) for key, *values in rows
    }


def money_by(
    store: Store, scope: Scope, dimensions: Sequence[Dimension], *, timezone: str = "UTC"
) -> dict[tuple[str, ...], dict[str, Money]]:
    """Return the revenue by combination of values and currency.

    From totals of closed days only where events cannot tell any more.
    """
    view = scope.from_events(dimensions)
    if _is_daily(scope, dimensions):
        told = set(view.raw_days)
        view = replace(view, closed_days=tuple(d for d in scope.closed_days if d not in told))
    found: dict[tuple[str, ...], dict[str, Money]] = {}
    for key, currency, revenue, of_events, events in _run(
        store, "by_money", view, dimensions, timezone=timezone
    ):
        found.setdefault(_values(key, dimensions), {})[currency] = Money(
            revenue, of_events / events if events else None
        )
    return found


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
    view, page = scope.from_events(), DIMENSIONS["page"]
    rows = _run(store, "page_engagement", view, [page], values=list(paths))
    return {path: (engaged_s, scroll) for path, engaged_s, scroll in rows}


def nobody_pageviews(store: Store, scope: Scope) -> int:
    """Return how many pageviews of a scope were counted for nobody."""
    return int(_run(store, "nobody_pageviews", scope)[0][0])


def has_figures(store: Store, site: str) -> bool:
    """Return whether a site has counted anything yet."""
    return bool(store.run(QUERIES, "has_figures", site=site))


def has_imports(store: Store, site: str, since: date, until: date) -> bool:
    """Return whether days of a site, both included, hold what was brought in from files."""
    return bool(store.run(QUERIES, "has_imports", site=site, since=since, until=until))


def first_day(store: Store, site: str) -> date | None:
    """Return the first day of which a site has figures; None when it has none."""
    rows = store.run(QUERIES, "first_day", site=site)
    return rows[0][0] if rows else None


def visitors(store: Store, scope: Scope) -> int:
    """Return how many visitors a filtered scope has."""
    return int(_run(store, "visitors_of_view", scope)[0][0])


def _values(key: Any, dimensions: Sequence[Dimension]) -> tuple[str, ...]:
    """Return the values of a row's key: of one dimension it is the value itself."""
    if len(dimensions) == 1:
        return (key,)
    return tuple(key) if dimensions else ()


def _file_of(scope: Scope, dimensions: Sequence[Dimension]) -> str:
    """Return the query whose halves say what these dimensions can be read from."""
    levels = {dimension.level for dimension in dimensions}
    if "event" in levels:
        return "by_event"
    if scope.since is not EVER or any(dimension.is_clock for dimension in dimensions):
        return "by_clock"
    chosen = conditions(scope.filters, scope.path_prefixes)
    return "by_session" if "session" in levels and not chosen.choose_events else "by_both"


def _is_daily(scope: Scope, dimensions: Sequence[Dimension]) -> bool:
    """Return whether the totals of closed days have these figures: one dimension, by day."""
    of_values = [dimension for dimension in dimensions if dimension.name not in OF_DAYS]
    return len(of_values) <= 1 and all(dimension.is_daily for dimension in dimensions)


def _run(
    store: Store,
    name: str,
    scope: Scope,
    dimensions: Sequence[Dimension] = (),
    *,
    daily_dimension: str = "",
    required: tuple[int, ...] = (),
    **values: Any,
) -> list[tuple[Any, ...]]:
    """Run a query over a scope; only text from our own files and lists becomes part of it."""
    chosen = conditions(scope.filters, scope.path_prefixes)
    of_values = [each.name for each in dimensions if each.name not in OF_DAYS]
    properties = {f"p{n}": each.prop for n, each in enumerate(dimensions) if each.prop}
    bound = {
        "site": scope.site,
        "raw_days": list(scope.raw_days),
        "closed_days": list(scope.closed_days),
        "since": scope.since,
        "before": scope.before,
        "dimension": daily_dimension or "".join(of_values[:1]),
        **chosen.values,
        **properties,
        **values,
    }
    keys = [column_of(each, scope.path_prefixes) for each in dimensions]
    places = Places(
        of_events=chosen.of_events,
        of_sessions=chosen.of_sessions,
        event_keys=tuple(
            each.of_events(f"p{n}") if each.prop else key
            for n, (each, key) in enumerate(zip(dimensions, keys, strict=True))
        ),
        session_keys=tuple(
            each.session_column or key for each, key in zip(dimensions, keys, strict=True)
        ),
        daily_keys=tuple(each.daily_column for each in dimensions),
        joins_sessions=any(each.level == "session" for each in dimensions),
        required=required,
    )
    return store.rows(query_text(name, places), bound)
