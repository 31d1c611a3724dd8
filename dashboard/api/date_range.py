"""Date range: the days or instants that a request is about, and those it is compared with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from dashboard.api.fields import a_list, a_text, kind
from dashboard.api.names import TimeStep
from dashboard.errors import ParameterError
from dashboard.figures.model import Period
from dashboard.figures.period import MAX_DAYS, day_start, step_of, steps, zone_at
from dashboard.figures.query import EVER, NEVER
from schema import Site

KEYS: Final = ("day", "24h", "7d", "28d", "30d", "91d", "month", "6mo", "12mo", "year", "all")
COMPARISON_MODES: Final = ("previous_period", "year_over_year", "custom")

# Before the first shop on the web; as many days before it are still a date of the store's.
FIRST_DAY: Final = date(1990, 1, 1)
# Days in the future are cut off; this keeps what is computed from one within a date's limits.
LAST_DAY: Final = date(2100, 12, 31)
# Our choice: two days of minutes are 2,880 labels.
MAX_DAYS_BY_MINUTE: Final = 2

# Any number of days or months, the named ones among them.
COUNTED: Final = "([1-9][0-9]{0,2})d|([1-9][0-9]?)mo"


@dataclass(frozen=True, slots=True)
class DateRange:
    """Days of the site's zone, both included, and instants that cut off their ends."""

    key: str  # one of KEYS, or "custom"
    since: date
    until: date
    starts_at: datetime = EVER
    before: datetime = NEVER

    @property
    def is_cut(self) -> bool:
        """Return whether the range was given as instants."""
        return self.starts_at is not EVER

    def first(self, site: Site) -> datetime:
        """Return the first instant, in the site's zone."""
        start = day_start(site, self.since)
        return max(start, self.starts_at).astimezone(start.tzinfo)

    def last(self, site: Site) -> datetime:
        """Return the last second, in the site's zone."""
        end = min(day_start(site, self.until + timedelta(days=1)), self.before)
        return (end - timedelta(seconds=1)).astimezone(zone_at(site, self.until))


def parse_range(value: Any, site: Site, now: datetime, first_day: date | None) -> DateRange:
    """Return the range of `date_range`; days after the site's current one are cut off.

    `first_day` is the first of which there are figures.  Raises ParameterError.
    """
    if isinstance(value, str):
        return named_range(value, site, now, first_day)
    if not isinstance(value, list):
        raise ParameterError("date_range", f"{kind(value)}; expected {_EXPECTED}")
    return _custom(value, "date_range", site, now)


def named_range(key: str, site: Site, now: datetime, first_day: date | None = None) -> DateRange:
    """Return a range that ends now; raises ParameterError."""
    today = site.day_at(now)
    if key == "24h":
        return _cut(key, now - timedelta(hours=24), now, site)
    if key == "all":
        return DateRange(key, max(first_day or today, today - timedelta(days=MAX_DAYS - 1)), today)
    return range_up_to(key, today)


def range_up_to(key: str, day: date) -> DateRange:
    """Return a range that ends on a day; raises ParameterError."""
    if found := re.fullmatch(COUNTED, key):
        days, months = found.groups()
        since = (
            day - timedelta(days=int(days) - 1)
            if days
            else _months_before(day.replace(day=1), int(months) - 1)
        )
        return DateRange(key, since, day)
    if key == "day":
        return DateRange(key, day, day)
    if key == "month":
        return DateRange(key, day.replace(day=1), day)
    if key == "year":
        return DateRange(key, day.replace(month=1, day=1), day)
    raise ParameterError("date_range", f"{key[:100]!r}: expected {_EXPECTED}")


def days_range(since: date, until: date, at: str, site: Site, now: datetime) -> DateRange:
    """Return the range of two days; raises ParameterError."""
    until = min(until, site.day_at(now))
    if since < FIRST_DAY:
        raise ParameterError(at, f"expected {FIRST_DAY} or a later day")
    if since > until:
        raise ParameterError(at, "expected the first not after the last, and not in the future")
    if (until - since).days >= MAX_DAYS:
        raise ParameterError(at, f"expected at most {MAX_DAYS} days")
    return DateRange("custom", since, until)


def parse_compared(
    include: dict[str, Any], base: DateRange, site: Site, now: datetime
) -> DateRange:
    """Return what a range is compared with; raises ParameterError.

    A day that is not over is compared with as many of the other day's hours.
    """
    mode = include["mode"]
    if mode == "custom":
        return _custom(include.get("date_range"), "include.comparisons.date_range", site, now)
    first, last = base.first(site), base.last(site)
    by_week = bool(include.get("match_day_of_week"))
    if mode == "year_over_year":
        shift = timedelta(days=364) if by_week else first - _year_before(first)
    else:
        length = last - first if base.is_cut else timedelta(days=(base.until - base.since).days)
        days = length.days + 1
        shift = timedelta(days=days + (-days % 7 if by_week else 0))
    if base.is_cut:
        ends = min(last, now) - shift
        return _cut("custom", first - shift, ends, site)
    since, until = base.since - shift, base.until - shift
    if base.until < site.day_at(now):
        return DateRange("custom", since, until)
    clock = now.astimezone(zone_at(site, base.until)).time()
    before = datetime.combine(until, clock, zone_at(site, until))
    return DateRange("custom", since, until, before=before)


def auto_step(found: DateRange) -> TimeStep:
    """Return by what `time` goes."""
    if found.key == "24h":
        return "hour"
    is_months = found.key == "year" or (found.key.endswith("mo") and found.key != "1mo")
    key = "12mo" if is_months else "custom"
    return step_of(Period(key, found.since, found.until))


def time_labels(found: DateRange, step: TimeStep, site: Site) -> list[str]:
    """Return the label of every step of a range, as rows show it; raises ParameterError."""
    period = Period("custom", found.since, found.until)
    if step in ("hour", "minute"):
        if step == "minute" and (found.until - found.since).days >= MAX_DAYS_BY_MINUTE:
            raise ParameterError(
                "include.time_labels",
                f"expected at most {MAX_DAYS_BY_MINUTE} days by time:minute",
            )
        return _clock_labels(
            found, timedelta(hours=1) if step == "hour" else timedelta(minutes=1), site
        )
    if step == "week":
        days = [each.starts_at.date() for each in steps(period, "day", site)]
        return list(dict.fromkeys(str(day - timedelta(days=day.weekday())) for day in days))
    if step == "month":
        days = [each.starts_at.date() for each in steps(period, "month", site)]
        return [str(day.replace(day=1)) for day in days]
    return [str(each.starts_at.date()) for each in steps(period, "day", site)]


def _clock_labels(found: DateRange, step: timedelta, site: Site) -> list[str]:
    zone = zone_at(site, found.until)
    whole = step.total_seconds()
    first = found.first(site).astimezone(zone)
    # From the clock's own beginning of the step, which a zone of half hours has elsewhere.
    into_step = (first.minute * 60 + first.second) % whole + first.microsecond / 1e6
    instant = (first - timedelta(seconds=into_step)).astimezone(UTC)
    last = found.last(site)
    labels = []
    while instant <= last:
        labels.append(instant.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"))
        instant += step
    # The hour that a clock repeats is one step.
    return list(dict.fromkeys(labels))


_EXPECTED: Final = (
    f'one of {", ".join(KEYS)}, other days or months, as in "90d" and "3mo", or two dates or'
    ' instants, as in ["2026-11-01", "2026-11-30"]'
)


def _custom(value: Any, at: str, site: Site, now: datetime) -> DateRange:
    texts = [a_text(text, f"{at}[{n}]") for n, text in enumerate(a_list(value, at, 2, 2))]
    if all("T" not in text for text in texts):
        since, until = (_date(text, f"{at}[{n}]") for n, text in enumerate(texts))
        return days_range(since, until, at, site, now)
    first, last = (_instant(text, f"{at}[{n}]", site) for n, text in enumerate(texts))
    last = min(last, now)
    days_range(first.astimezone(UTC).date(), last.astimezone(UTC).date(), at, site, now)
    if first > last:
        raise ParameterError(at, "expected the first not after the last, and not in the future")
    return _cut("custom", first, last, site)


def _cut(key: str, first: datetime, last: datetime, site: Site) -> DateRange:
    """Return the range of two instants, the last one's second included."""
    since, until = site.day_at(first), site.day_at(last)
    before = last.replace(microsecond=0) + timedelta(seconds=1)
    if first == day_start(site, since) and before == day_start(site, until + timedelta(days=1)):
        return DateRange(key, since, until)
    return DateRange(key, since, until, first, before)


def _date(text: str, at: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ParameterError(at, f"{text[:100]!r}: expected a date, as in 2026-11-21") from None


def _instant(text: str, at: str, site: Site) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=zone_at(site, instant.date()))
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        expected = "expected an instant, as in 2026-11-21T09:00:00+04:00"
        raise ParameterError(at, f"{text[:100]!r}: {expected}") from None


def _months_before(first_of_month: date, months: int) -> date:
    number = first_of_month.year * 12 + first_of_month.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def _year_before(instant: datetime) -> datetime:
    day = instant.day if (instant.month, instant.day) != (2, 29) else 28
    return instant.replace(year=instant.year - 1, day=day)
