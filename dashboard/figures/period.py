"""Period: the days a view is about, the days it is compared with, and the steps of its chart."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from dashboard.errors import ParameterError
from dashboard.figures.model import Period
from dashboard.figures.query import NEVER
from dashboard.rendering.links import DEFAULT_COMPARISON, DEFAULT_PERIOD
from schema import Site

Step: TypeAlias = Literal["hour", "day", "month"]

_LENGTHS: Final = {"7d": 7, "28d": 28, "30d": 30, "91d": 91}
PERIOD_KEYS: Final = (
    "today", "yesterday", *_LENGTHS, "month", "last_month", "12mo", "year", "custom",
)  # fmt: skip
COMPARISON_KEYS: Final = ("previous", "year", "none")

# Our choice: a chart of more hours, or more days, than this says nothing.
MAX_DAYS_BY_HOUR: Final = 2
MAX_DAYS_BY_DAY: Final = 400
# The longest retention of daily totals we expect to be looked at in one page.
MAX_DAYS: Final = 3_660
# Before the first shop on the web; as many days before it are still a date of the store's.
_FIRST_DAY: Final = date(1990, 1, 1)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The days before, and the instant at which they are cut off to hold the same hours."""

    period: Period
    before: datetime  # NEVER when whole days are compared


@dataclass(frozen=True, slots=True)
class StepTime:
    """One step of a chart; both instants aware, in the site's zone."""

    starts_at: datetime
    ends_at: datetime


def parse_period(key: str, since: str, until: str, site: Site, now: datetime) -> Period:
    """Return the period of a view's parameters `period`, `from` and `until`.

    "" is the default.  Days after the site's current one are cut off.  Raises ParameterError.
    """
    key = key or DEFAULT_PERIOD
    today = site.day_at(now)
    if key == "custom":
        return _custom(since, until, today)
    if key not in PERIOD_KEYS:
        raise ParameterError("period", f"{key!r}: expected one of {', '.join(PERIOD_KEYS)}")
    return Period(key, *_days(key, today))


def compared_with(period: Period, key: str, site: Site, now: datetime) -> Comparison | None:
    """Return what a period is compared with: "previous", "year", "none"; raises ParameterError.

    When the period's last day is not over, neither is the comparison's: it holds the same hours.
    """
    key = key or DEFAULT_COMPARISON
    if key not in COMPARISON_KEYS:
        raise ParameterError("compare", f"{key!r}: expected one of {', '.join(COMPARISON_KEYS)}")
    if key == "none":
        return None
    if key == "year" or period.key in ("12mo", "year"):
        since, until = _year_before(period.since), _year_before(period.until)
    else:
        length = period.until - period.since + timedelta(days=1)
        since, until = period.since - length, period.until - length
    before = NEVER
    if is_partial(period, site, now):
        zone = zone_at(site, until)
        clock = now.astimezone(zone_at(site, period.until)).time()
        before = datetime.combine(until, clock, zone)
    return Comparison(Period(key, since, until), before)


def is_partial(period: Period, site: Site, now: datetime) -> bool:
    """Return whether the period's last day is not over."""
    return period.until >= site.day_at(now)


def step_of(period: Period) -> Step:
    """Return by what a period's chart goes."""
    days = (period.until - period.since).days + 1
    if period.key in ("12mo", "year") or days > MAX_DAYS_BY_DAY:
        return "month"
    return "hour" if days <= MAX_DAYS_BY_HOUR else "day"


def steps(period: Period, step: Step, site: Site) -> list[StepTime]:
    """Return every step of a period, oldest first; an hour that a clock skips is not there."""
    if step == "hour":
        return list(_hours(period, site))
    starts = list(_starts(period, step))
    ends = [*starts[1:], period.until + timedelta(days=1)]
    return [
        StepTime(day_start(site, start), day_start(site, end))
        for start, end in zip(starts, ends, strict=True)
    ]


def zone_at(site: Site, day: date) -> ZoneInfo:
    """Return the zone in which a site's day is counted."""
    is_next = site.next_timezone and day >= site.next_from
    return ZoneInfo(site.next_timezone if is_next else site.timezone)


def day_start(site: Site, day: date) -> datetime:
    """Return the instant at which a site's day begins, aware, in its zone."""
    zone = zone_at(site, day)
    midnight = datetime.combine(day, time(), zone)
    # Where clocks skip midnight the day begins at the first instant there is.
    return midnight.astimezone(UTC).astimezone(zone)


def _days(key: str, today: date) -> tuple[date, date]:
    first_of_month = today.replace(day=1)
    match key:
        case "today":
            return today, today
        case "yesterday":
            return today - timedelta(days=1), today - timedelta(days=1)
        case "month":
            return first_of_month, today
        case "last_month":
            last = first_of_month - timedelta(days=1)
            return last.replace(day=1), last
        case "12mo":
            months = today.year * 12 + today.month - 1 - 11
            return date(months // 12, months % 12 + 1, 1), today
        case "year":
            return today.replace(month=1, day=1), today
        case _:
            return today - timedelta(days=_LENGTHS[key] - 1), today


def _custom(since_text: str, until_text: str, today: date) -> Period:
    since, until = _date("from", since_text), min(_date("until", until_text), today)
    if since < _FIRST_DAY:
        raise ParameterError("from", f"expected {_FIRST_DAY} or a later day")
    if since > until:
        raise ParameterError("from", "expected a day that is over or running, not after 'until'")
    if (until - since).days >= MAX_DAYS:
        raise ParameterError("from", f"expected at most {MAX_DAYS} days up to 'until'")
    return Period("custom", since, until)


def _date(parameter: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ParameterError(parameter, "expected a date, as in 2026-11-21") from None


def _year_before(day: date) -> date:
    last_of_month = monthrange(day.year - 1, day.month)[1]
    return day.replace(year=day.year - 1, day=min(day.day, last_of_month))


def _starts(period: Period, step: Step) -> Iterator[date]:
    day = period.since
    while day <= period.until:
        yield day
        if step == "day":
            day += timedelta(days=1)
        else:
            day = (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _hours(period: Period, site: Site) -> Iterator[StepTime]:
    zone = zone_at(site, period.until)
    # Counted in UTC, where every hour has a successor.
    instant = day_start(site, period.since).astimezone(UTC)
    end = day_start(site, period.until + timedelta(days=1)).astimezone(UTC)
    while instant < end:
        following = min(instant + timedelta(hours=1), end)
        yield StepTime(instant.astimezone(zone), following.astimezone(zone))
        instant = following
