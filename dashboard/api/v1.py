"""Version 1: the older requests, by URL parameters, turned into questions, and their answers."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from dashboard.api.answer import Answer
from dashboard.api.conditions import MAX_VALUES
from dashboard.api.date_range import FIRST_DAY, LAST_DAY, DateRange, auto_step, range_up_to
from dashboard.api.names import TIME_NAMES, dimension_of
from dashboard.api.question import Question, parse_question
from dashboard.errors import ParameterError
from schema import Site

PERIODS: Final = (
    "day", "7d", "28d", "30d", "91d", "month", "6mo", "12mo", "year", "custom",
)  # fmt: skip
METRICS: Final = (
    "visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration",
    "events", "conversion_rate", "time_on_page", "scroll_depth",
)  # fmt: skip
INTERVALS: Final = ("hour", "day", "week", "month")
MAX_LIMIT: Final = 1_000
DEFAULT_LIMIT: Final = 100
MAX_PAGE: Final = 1_000

_CONDITION: Final = re.compile(
    r"(?P<name>event:props:.+?|[a-z_:]+)(?P<sign>==|!=)(?P<value>.*)", re.DOTALL
)
_BETWEEN: Final = re.compile(r"(?<!\\)\|")
_COUNTS: Final = ("visitors", "visits", "pageviews", "events")


def aggregate_question(
    parameters: Mapping[str, str], site: Site, now: datetime, first_day: date | None
) -> Question:
    """Return the question of `aggregate`; raises ParameterError."""
    include: dict[str, Any] = {}
    if compare := parameters.get("compare"):
        if compare != "previous_period":
            raise ParameterError("compare", f"{compare[:100]!r}: expected previous_period")
        include = {"comparisons": {"mode": "previous_period"}}
    return _question(parameters, {"include": include}, site, now, first_day)


def timeseries_question(
    parameters: Mapping[str, str], site: Site, now: datetime, first_day: date | None
) -> Question:
    """Return the question of `timeseries`; raises ParameterError."""
    found = _range(parameters, site, now)
    interval = parameters.get("interval") or auto_step(found)
    interval = "day" if interval == "date" else interval
    if interval not in INTERVALS:
        raise ParameterError(
            "interval", f"{interval[:100]!r}: expected one of {', '.join(INTERVALS)}"
        )
    fields = {"dimensions": [f"time:{interval}"], "include": {"time_labels": True}}
    question = _question(parameters, fields, site, now, first_day)
    # Of a step of time the rate is that of its own visitors.
    metrics = [m.replace("conversion", "group_conversion") for m in question.metrics]
    return replace(question, metrics=tuple(metrics))


def breakdown_question(
    parameters: Mapping[str, str], site: Site, now: datetime, first_day: date | None
) -> Question:
    """Return the question of `breakdown`; raises ParameterError."""
    name = parameters.get("property", "")
    if not name or name in TIME_NAMES:
        raise ParameterError("property", "expected a dimension, as in visit:source")
    dimension_of(name, "property")
    limit = _number(parameters, "limit", DEFAULT_LIMIT, MAX_LIMIT)
    page = _number(parameters, "page", 1, MAX_PAGE)
    fields = {"dimensions": [name]}
    question = _question(parameters, fields, site, now, first_day)
    return replace(question, limit=limit, offset=(page - 1) * limit)


def aggregate_body(question: Question, found: Answer) -> dict[str, Any]:
    """Return the body of `aggregate`: each metric's value, and its change when it is compared."""
    metrics: list[Any] = [None] * len(question.metrics)
    changes: list[Any] | None = None
    if found.rows:
        row = found.rows[0]
        metrics = row.metrics
        changes = row.comparison["change"] if row.comparison else None
    results = {}
    for number, name in enumerate(question.metrics):
        results[name] = {"value": metrics[number]}
        if changes:
            results[name]["change"] = changes[number]
    return {"results": results, **_meta(found)}


def timeseries_body(question: Question, found: Answer) -> dict[str, Any]:
    """Return the body of `timeseries`: every step, those without figures as well."""
    names = [name.removeprefix("group_") for name in question.metrics]
    by_label = {row.dimensions[0]: row.metrics for row in found.rows}
    is_hidden = "hidden_below" in found.meta
    empty = [0 if name in _COUNTS and not is_hidden else None for name in names]
    results = [
        {"date": label, **dict(zip(names, by_label.get(label, empty), strict=True))}
        for label in question.labels or ()
    ]
    return {"results": results, **_meta(found)}


def breakdown_body(question: Question, found: Answer) -> dict[str, Any]:
    """Return the body of `breakdown`: a row for each value, under the property's short name."""
    name = question.dimensions[0].name
    short = name.removeprefix("event:props:") if "props" in name else name.partition(":")[2]
    results = [
        {**dict(zip(question.metrics, row.metrics, strict=True)), short: row.dimensions[0]}
        for row in found.rows
    ]
    return {"results": results, **_meta(found)}


def _meta(found: Answer) -> dict[str, Any]:
    """Return what tells that small rows were folded or hidden; nothing in other answers."""
    told = ("hidden_below", "folded_below", "folded_rows", "lost_until")
    meta = {name: found.meta[name] for name in told if name in found.meta}
    return {"meta": meta} if meta else {}


def _question(
    parameters: Mapping[str, str],
    fields: dict[str, Any],
    site: Site,
    now: datetime,
    first_day: date | None,
) -> Question:
    metrics = (parameters.get("metrics") or "visitors").split(",")
    for metric in metrics:
        if metric not in METRICS:
            expected = f"expected some of {', '.join(METRICS)}"
            raise ParameterError("metrics", f"{metric[:100]!r}: {expected}")
    if parameters.get("with_imported", "false") not in ("true", "false"):
        raise ParameterError("with_imported", "expected true or false")
    found = _range(parameters, site, now)
    body = {
        "metrics": metrics,
        "date_range": [str(found.since), str(found.until)],
        "filters": _filters(parameters.get("filters", "")),
        **fields,
    }
    return parse_question(body, site, now, first_day)


def _range(parameters: Mapping[str, str], site: Site, now: datetime) -> DateRange:
    """Return the days of `period` and `date`, none after the site's current one."""
    period = parameters.get("period") or "30d"
    if period not in PERIODS:
        raise ParameterError("period", f"{period[:100]!r}: expected one of {', '.join(PERIODS)}")
    today = site.day_at(now)
    text = parameters.get("date", "")
    if period == "custom":
        parts = text.split(",")
        if len(parts) != 2:
            raise ParameterError("date", "expected two dates, as in 2026-11-01,2026-11-30")
        return DateRange("custom", _date(parts[0]), min(_date(parts[1]), today))
    day = _date(text) if text else today
    if period in ("month", "6mo", "12mo"):
        last = min(day.replace(day=monthrange(day.year, day.month)[1]), today)
        return replace(range_up_to(period, day), until=last)
    return replace(range_up_to(period, day), until=min(day, today))


def _filters(text: str) -> list[Any]:
    """Return the conditions of `a==b;c!=d|e` as the newer requests write them."""
    return [_filter(part) for part in text.split(";") if part]


def _filter(text: str) -> list[Any]:
    found = _CONDITION.fullmatch(text)
    if not found:
        raise ParameterError(
            "filters", f"{text[:100]!r}: expected a condition, as in event:page==/cart"
        )
    values = [value.replace("\\|", "|") for value in _BETWEEN.split(found["value"])]
    if len(values) > MAX_VALUES:
        raise ParameterError("filters", f"expected at most {MAX_VALUES} values")
    negated = "_not" if found["sign"] == "!=" else ""
    if any("*" in value for value in values):
        return [f"matches_wildcard{negated}", found["name"], values]
    return [f"is{negated}", found["name"], values]


def _number(parameters: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = parameters.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text[:9]) <= most:
        raise ParameterError(name, f"{text[:100]!r}: expected a whole number from 1 to {most}")
    return int(text)


def _date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ParameterError("date", "expected a date, as in 2026-11-21") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ParameterError("date", f"expected a day from {FIRST_DAY} to {LAST_DAY}")
    return day
