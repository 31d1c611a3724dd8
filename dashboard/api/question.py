"""Question: what a request asks of one site, every part of it checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from dashboard.api.conditions import is_of_goals, parse_conditions
from dashboard.api.date_range import (
    COMPARISON_MODES,
    DateRange,
    auto_step,
    parse_compared,
    parse_range,
    time_labels,
)
from dashboard.api.fields import a_choice, a_flag, a_list, a_number, a_text, an_object
from dashboard.api.names import METRICS, ApiDimension, dimension_of, time_of
from dashboard.errors import ParameterError
from dashboard.figures.condition import Condition, tests_of
from dashboard.figures.period import zone_at
from dashboard.figures.query import MAX_ROWS
from schema import Site

FIELDS: Final = (
    "site_id", "metrics", "date_range", "dimensions", "filters", "order_by", "include",
    "pagination",
)  # fmt: skip
INCLUDES: Final = ("imports", "time_labels", "total_rows", "comparisons")

# Our choice: more dimensions than these single people out, and say little.
MAX_DIMENSIONS: Final = 5
# Plausible's default.
DEFAULT_LIMIT: Final = 10_000

_OF_PAGES: Final = ("scroll_depth", "time_on_page")
_OF_GOALS: Final = ("conversion_rate", "group_conversion_rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked."""

    site: Site
    now: datetime  # aware
    metrics: tuple[str, ...]
    range: DateRange
    dimensions: tuple[ApiDimension, ...] = ()
    filters: tuple[Condition, ...] = ()  # all hold
    order_by: tuple[tuple[str, bool], ...] = ()  # a metric or dimension, and whether descending
    compared: DateRange | None = None
    labels: tuple[str, ...] | None = None  # of every step of time, when asked for
    has_total_rows: bool = False
    has_imports: bool = False
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    asked: dict[str, Any]  # the request's own filters, include and pagination, to be repeated

    @property
    def timezone(self) -> str:
        """Return the zone in which hours and minutes are shown."""
        return str(zone_at(self.site, self.range.until))

    def time_place(self) -> int | None:
        """Return which dimension is one of time; None when none is."""
        for place, dimension in enumerate(self.dimensions):
            if dimension.is_time:
                return place
        return None


def parse_question(
    body: dict[str, Any], site: Site, now: datetime, first_day: date | None
) -> Question:
    """Return the question of a request's body; raises ParameterError."""
    an_object(body, "body", FIELDS)
    if "date_range" not in body:
        raise ParameterError("date_range", 'missing; expected a range, as in "28d"')
    found = parse_range(body["date_range"], site, now, first_day)
    dimensions = _dimensions(body.get("dimensions", []), found)
    filters = parse_conditions(body.get("filters", []))
    include = an_object(body.get("include", {}), "include", INCLUDES)
    flags = {name: a_flag(include.get(name, False), f"include.{name}") for name in INCLUDES[:3]}
    pagination = an_object(body.get("pagination", {}), "pagination", ("limit", "offset"))
    return checked(
        Question(
            site=site,
            now=now,
            metrics=_metrics(body.get("metrics")),
            range=found,
            dimensions=dimensions,
            filters=filters,
            order_by=_order(body.get("order_by", []), body["metrics"], dimensions),
            compared=_compared(include, found, site, now),
            labels=_labels(found, dimensions, site) if flags["time_labels"] else None,
            has_total_rows=flags["total_rows"],
            has_imports=flags["imports"],
            limit=a_number(
                pagination.get("limit", DEFAULT_LIMIT), "pagination.limit", 1, DEFAULT_LIMIT
            ),
            offset=a_number(pagination.get("offset", 0), "pagination.offset", 0, MAX_ROWS),
            asked={"filters": body.get("filters", []), "include": include},
        )
    )


def checked(question: Question) -> Question:
    """Return a question that metrics can answer; raises ParameterError."""
    names = {dimension.name for dimension in question.dimensions}
    tested = {test.dimension.name for node in question.filters for test in tests_of(node)}
    has_goal = "event:goal" in names or any(is_of_goals(node) for node in question.filters)
    for n, metric in enumerate(question.metrics):
        at = f"metrics[{n}]"
        if metric in _OF_PAGES and "event:page" not in names and "page" not in tested:
            raise ParameterError(at, f"{metric} needs event:page, as a dimension or in filters")
        if metric in _OF_GOALS and not has_goal:
            raise ParameterError(at, f"{metric} needs event:goal, as a dimension or in filters")
        if metric == "views_per_visit" and any(
            each.dimension.level == "event" for each in question.dimensions
        ):
            raise ParameterError(at, f"{metric} is of visits: it takes no event: dimension")
        if metric == "exit_rate" and names != {"visit:exit_page"}:
            raise ParameterError(at, "exit_rate needs visit:exit_page as its only dimension")
        if metric == "percentage" and not question.dimensions:
            raise ParameterError(at, "percentage needs a dimension")
    return question


def _metrics(value: Any) -> tuple[str, ...]:
    if value is None:
        raise ParameterError("metrics", 'missing; expected a list, as in ["visitors"]')
    names = a_list(value, "metrics", 1, len(METRICS))
    return _once(
        [a_choice(name, f"metrics[{n}]", METRICS) for n, name in enumerate(names)], "metrics"
    )


def _dimensions(value: Any, found: DateRange) -> tuple[ApiDimension, ...]:
    dimensions = []
    for n, each in enumerate(a_list(value, "dimensions", 0, MAX_DIMENSIONS)):
        at = f"dimensions[{n}]"
        name = a_text(each, at)
        dimensions.append(time_of(auto_step(found)) if name == "time" else dimension_of(name, at))
    _once([dimension.name for dimension in dimensions], "dimensions")
    if sum(dimension.is_time for dimension in dimensions) > 1:
        raise ParameterError("dimensions", "expected at most one of time")
    return tuple(dimensions)


def _once(names: list[str], at: str) -> tuple[str, ...]:
    if len(set(names)) < len(names):
        raise ParameterError(at, "expected each once")
    return tuple(names)


def _order(
    value: Any, metrics: list[str], dimensions: tuple[ApiDimension, ...]
) -> tuple[tuple[str, bool], ...]:
    known = {name: name for name in (*metrics, *(dimension.name for dimension in dimensions))}
    known |= [("time", dimension.name) for dimension in dimensions if dimension.is_time]
    order = []
    for n, each in enumerate(a_list(value, "order_by", 0, len(METRICS) + MAX_DIMENSIONS)):
        name, direction = a_list(each, f"order_by[{n}]", 2, 2)
        chosen = known[a_choice(name, f"order_by[{n}][0]", known)]
        order.append((chosen, a_choice(direction, f"order_by[{n}][1]", ("asc", "desc")) == "desc"))
    return tuple(order)


def _compared(
    include: dict[str, Any], found: DateRange, site: Site, now: datetime
) -> DateRange | None:
    if "comparisons" not in include:
        return None
    at = "include.comparisons"
    fields = an_object(include["comparisons"], at, ("mode", "date_range", "match_day_of_week"))
    mode = a_choice(fields.get("mode"), f"{at}.mode", COMPARISON_MODES)
    a_flag(fields.get("match_day_of_week", False), f"{at}.match_day_of_week")
    if (mode == "custom") != ("date_range" in fields):
        raise ParameterError(f"{at}.date_range", 'expected with mode "custom", and only there')
    return parse_compared(fields, found, site, now)


def _labels(found: DateRange, dimensions: tuple[ApiDimension, ...], site: Site) -> tuple[str, ...]:
    for dimension in dimensions:
        if dimension.is_time:
            return tuple(time_labels(found, dimension.step, site))
    raise ParameterError("include.time_labels", "needs a dimension of time")
