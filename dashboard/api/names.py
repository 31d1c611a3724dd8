"""Names: what the stats API calls dimensions and metrics, and how their values read there.

The names are those of Plausible's Stats API, so that its clients work when pointed here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from babel import Locale

from dashboard.errors import ParameterError
from dashboard.figures.dimensions import DIMENSIONS, OF_DAYS, Dimension
from dashboard.rendering.labels import country_name, label, region_names

DIRECT: Final = "Direct / None"
NOT_SET: Final = "(not set)"
NONE: Final = "(none)"  # of a custom property

PROPERTY: Final = "event:props:"
# A key is as long as the collector lets it be: 300 characters, our choice there.
MAX_PROPERTY_LENGTH: Final = 300

METRICS: Final = (
    "visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration",
    "events", "scroll_depth", "percentage", "conversion_rate", "group_conversion_rate",
    "average_revenue", "total_revenue", "time_on_page", "exit_rate", "lcp_ms", "fcp_ms",
    "ttfb_ms", "inp_ms", "cls",
)  # fmt: skip
# Of page loads, at the 75th percentile: web.dev/articles/vitals, "Core Web Vitals".
VITALS: Final = ("lcp_ms", "fcp_ms", "ttfb_ms", "inp_ms", "cls")

TimeStep = Literal["", "minute", "hour", "day", "week", "month"]


def _itself(value: str) -> str:
    return value


@dataclass(frozen=True, slots=True)
class ApiDimension:
    """One dimension of the API."""

    name: str
    dimension: Dimension
    empty: str = NOT_SET  # how no value reads
    reads: Callable[[str], str] = _itself  # how a value reads
    step: TimeStep = ""  # of a dimension of time

    @property
    def is_time(self) -> bool:
        """Return whether the dimension is one of time, which filters do not know."""
        return bool(self.step)

    def shown(self, value: str) -> str:
        """Return a value as the API shows it."""
        return self.reads(value) if value else self.empty


def _goal() -> Dimension:
    # Of events, not of whole sessions as on the page: a goal's events are its conversions.
    goal = DIMENSIONS["goal"]
    return Dimension("goal", "event", goal.column)


_CLOCK: Final = "toString(toStartOf{step}({column}, {{timezone:String}}))"


def _clock(step: str) -> Dimension:
    return Dimension(
        step,
        "both",
        _CLOCK.format(step=step.capitalize(), column="time"),
        is_daily=False,
        session_column=_CLOCK.format(step=step.capitalize(), column="started_at"),
        is_clock=True,
    )


def _own(name: str, ours: str, empty: str = NOT_SET) -> ApiDimension:
    return ApiDimension(name, DIMENSIONS[ours], empty)


# Finer than a country in many of them.
_TIMEZONE: Final = Dimension("timezone", "both", "timezone", is_daily=False, is_place=True)
_CITY_NAME: Final = Dimension("city_name", "both", "city", is_daily=False, is_place=True)

_FIXED: Final = {
    each.name: each
    for each in (
        ApiDimension("event:name", Dimension("name", "event", "name", is_daily=False)),
        ApiDimension("event:goal", _goal()),
        _own("event:page", "page"),
        _own("event:hostname", "hostname"),
        _own("visit:entry_page", "entry_page"),
        _own("visit:exit_page", "exit_page"),
        _own("visit:source", "source", DIRECT),
        _own("visit:referrer", "referrer", DIRECT),
        _own("visit:channel", "channel"),
        _own("visit:utm_source", "utm_source"),
        _own("visit:utm_medium", "utm_medium"),
        _own("visit:utm_campaign", "utm_campaign"),
        _own("visit:utm_term", "utm_term"),
        _own("visit:utm_content", "utm_content"),
        _own("visit:device", "device"),
        _own("visit:screen", "screen"),
        _own("visit:language", "language"),
        ApiDimension("visit:timezone", _TIMEZONE),
        _own("visit:browser", "browser"),
        _own("visit:browser_version", "browser_version"),
        _own("visit:os", "os"),
        _own("visit:os_version", "os_version"),
        _own("visit:country", "country"),
        _own("visit:region", "region"),
        _own("visit:city", "city"),
        ApiDimension("visit:country_name", DIMENSIONS["country"], reads=country_name),
        ApiDimension(
            "visit:region_name", DIMENSIONS["region"], reads=lambda code: label("region", code)
        ),
        ApiDimension("visit:city_name", _CITY_NAME),
    )
}
_TIMES: Final = {
    each.name: each
    for each in (
        ApiDimension("time:minute", _clock("minute"), step="minute"),
        ApiDimension("time:hour", _clock("hour"), step="hour"),
        ApiDimension("time:day", OF_DAYS["day"], step="day"),
        ApiDimension("time:week", OF_DAYS["week"], step="week"),
        ApiDimension("time:month", OF_DAYS["month"], step="month"),
    )
}
FILTER_NAMES: Final = tuple(_FIXED)
TIME_NAMES: Final = ("time", *_TIMES)


def dimension_of(name: str, at: str) -> ApiDimension:
    """Return the dimension of a name, "time" excepted; raises ParameterError that names `at`."""
    if found := _FIXED.get(name) or _TIMES.get(name):
        return found
    if name.startswith(PROPERTY):
        return _property(name, at)
    known = ", ".join((*FILTER_NAMES, f"{PROPERTY}KEY", *TIME_NAMES))
    raise ParameterError(at, f"{name!r}: expected one of {known}")


def time_of(step: TimeStep) -> ApiDimension:
    """Return the dimension of a step of time."""
    return _TIMES[f"time:{step}"]


def codes_named(name: str, is_chosen: Callable[[str], bool]) -> list[str]:
    """Return the codes of a dimension of names whose name is chosen."""
    return [code for code, text in _codes(name).items() if is_chosen(text)]


def is_of_names(name: str) -> bool:
    """Return whether a dimension's values are names of codes that stand in the store."""
    return name in ("visit:country_name", "visit:region_name")


@cache
def _codes(name: str) -> dict[str, str]:
    if name == "visit:country_name":
        return {code: text for code, text in Locale("en").territories.items() if len(code) == 2}
    return region_names()


def _property(name: str, at: str) -> ApiDimension:
    key = name.removeprefix(PROPERTY)
    if not 1 <= len(key) <= MAX_PROPERTY_LENGTH or "\0" in key:
        raise ParameterError(
            at, f"expected {PROPERTY} and a key of 1 to {MAX_PROPERTY_LENGTH} characters"
        )
    return ApiDimension(name, Dimension(name, "event", "", is_daily=False, prop=key), NONE)
