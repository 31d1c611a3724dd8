"""Dimensions: by what figures can be filtered and split, and the column each stands for.

This closed list is the only way for a name from outside to become part of a query.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension.

    `level` says what it chooses: events (and the sessions that have such an event), sessions
    (and their events), or either by its own value.
    """

    name: str  # in URLs, the API and daily_rows
    level: Literal["event", "session", "both"]
    column: str  # an expression over a query's event or session rows
    is_daily: bool = True  # daily_rows has it
    is_place: bool = False  # finer than a country: the small-number rule holds always
    is_deed: bool = False  # filters choose whole sessions, by whether they have such an event
    session_column: str = ""  # over session rows, where it is another expression
    daily_column: str = "d.value"  # over daily_rows AS d
    is_clock: bool = False  # finer than a day: an event has its own, a session that of its start
    prop: str = ""  # the key of a custom property; its column is bound, not named

    def of_events(self, bound: str) -> str:
        """Return the expression over event rows; a property's key is bound under `bound`."""
        return f"props[{{{bound}:String}}]" if self.prop else self.column


# By day, and by what days add up to: every day of every dimension's totals has its own.
OF_DAYS: Final = {
    dimension.name: dimension
    for dimension in (
        Dimension("day", "both", "day", daily_column="d.day"),
        Dimension("week", "both", "toMonday(day)", daily_column="toMonday(d.day)"),
        Dimension("month", "both", "toStartOfMonth(day)", daily_column="toStartOfMonth(d.day)"),
    )
}

_CITY = "if(city = '', '', concat(if(region = '', country, region), '/', city))"
_GOAL = "if(name IN ('pageview', 'engagement'), '', toString(name))"

DIMENSIONS: Final = {
    dimension.name: dimension
    for dimension in (
        Dimension("page", "event", "path"),
        Dimension("hostname", "event", "hostname"),
        Dimension("goal", "event", _GOAL, is_deed=True),
        Dimension("entry_page", "session", "entry_path"),
        Dimension("exit_page", "session", "exit_path"),
        Dimension("source", "session", "source"),
        Dimension("channel", "session", "channel"),
        Dimension("referrer", "session", "referrer"),
        Dimension("utm_source", "session", "utm_source"),
        Dimension("utm_medium", "session", "utm_medium"),
        Dimension("utm_campaign", "session", "utm_campaign"),
        Dimension("utm_term", "session", "utm_term"),
        Dimension("utm_content", "session", "utm_content"),
        Dimension("country", "both", "country"),
        Dimension("region", "both", "region", is_place=True),
        Dimension("city", "both", _CITY, is_place=True),
        Dimension("device", "both", "device"),
        Dimension("browser", "both", "browser"),
        Dimension("browser_version", "both", "browser_version", is_daily=False),
        Dimension("os", "both", "os"),
        Dimension("os_version", "both", "os_version", is_daily=False),
        Dimension("screen", "both", "screen"),
        Dimension("language", "both", "language"),
    )
}
