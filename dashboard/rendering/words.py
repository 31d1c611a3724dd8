"""Words: figures, dates and places as people read them, in the page's language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final, Literal

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal

LOCALES: Final = ("en", "az", "ru", "tr")

UNKNOWN: Final = "\u2013"  # an en dash
NO_BREAK: Final = "\u00a0"
# One sign for groups of three in every language, so that 1.234 is never read two ways.
GROUP: Final = "\u202f"
MINUS: Final = "\u2212"

# From here on a count is given with three figures; the exact one goes into the title.
MILLION: Final = 1_000_000
BILLION: Final = 1_000_000_000
# A share below this would be rounded to nothing.
LEAST_SHARE: Final = 0.001

RATES: Final = frozenset({"bounce_rate", "scroll", "share"})
DURATIONS: Final = frozenset({"duration_s", "engaged_s"})
LESS_IS_BETTER: Final = frozenset({"bounce_rate"})

Tone = Literal["better", "worse", ""]


@dataclass(frozen=True, slots=True)
class Units:
    """What stands after a number in one language."""

    hour: str
    minute: str
    second: str
    points: str
    million: str
    billion: str
    year: str = ""  # after a year in a date


UNITS: Final = {
    "en": Units("h", "m", "s", "pts", "M", "bn"),
    "az": Units(" saat", " dəq", " san", "f.b.", "mln", "mlrd"),
    "ru": Units(" ч", " мин", " с", "п.п.", "млн", "млрд", " г."),  # noqa: RUF001
    "tr": Units(" sa", " dk", " sn", "puan", "Mn", "Mr"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """A figure against an earlier one."""

    direction: Literal["up", "down", "same", "new"]
    size: str  # without a sign, "" when new
    tone: Tone

    @property
    def arrow(self) -> str:
        """Return the mark in front of the size."""
        return {"up": "↑", "down": "↓", "same": "", "new": ""}[self.direction]


@dataclass(frozen=True, slots=True)
class Words:
    """Formats of one language."""

    language: str
    locale: Locale
    units: Units

    def count(self, value: float | None) -> str:
        """Return a whole number in full, from a million on with three figures."""
        if value is None:
            return UNKNOWN
        for size, unit in ((BILLION, self.units.billion), (MILLION, self.units.million)):
            # 999,500,000 has three figures in millions only as 1,000.
            if abs(value) >= (size if size == MILLION else size * 0.9995):
                short = value / size
                whole_digits = len(str(int(abs(round(short, 2)))))
                return self._decimal(short, max(0, 3 - whole_digits)) + NO_BREAK + unit
        return self.exact(value)

    def exact(self, value: float | None) -> str:
        """Return a whole number in full."""
        return UNKNOWN if value is None else self._decimal(value, 0)

    def decimal(self, value: float) -> str:
        """Return a number with two digits behind its point."""
        return self._decimal(value, 2)

    def percent(self, fraction: float | None, digits: int = 1) -> str:
        """Return a fraction as percent, "<0.1%" where one digit would show nothing."""
        if fraction is None:
            return UNKNOWN
        if 0 < fraction < LEAST_SHARE and digits:
            return "<" + self._with_percent_sign(self._decimal(LEAST_SHARE * 100, 1))
        return self._with_percent_sign(self._decimal(fraction * 100, digits))

    def share(self, fraction: float | None) -> str:
        """Return a part of the whole; nothing at all is a plain 0."""
        return "0" if fraction == 0 else self.percent(fraction)

    def points(self, difference: float) -> str:
        """Return the difference of two rates, given as fractions."""
        return self._decimal(difference * 100, 1) + NO_BREAK + self.units.points

    def duration(self, seconds: float | None) -> str:
        """Return minutes and seconds, from an hour on hours and minutes."""
        if seconds is None:
            return UNKNOWN
        minutes, rest_s = divmod(round(seconds), 60)
        hours, rest_minutes = divmod(minutes, 60)
        units = self.units
        if hours:
            parts = (f"{self.exact(hours)}{units.hour}", f"{rest_minutes:02}{units.minute}")
        else:
            parts = (f"{minutes}{units.minute}", f"{rest_s:02}{units.second}")
        return NO_BREAK.join(parts).replace(" ", NO_BREAK)

    def figure(self, value: float | None, name: str) -> str:
        """Return a metric or column by its name."""
        if name in RATES:
            return self.percent(value, 0 if name == "scroll" else 1)
        return self.duration(value) if name in DURATIONS else self.count(value)

    def change(self, value: float | None, previous: float | None, name: str) -> Change | None:
        """Return how a metric changed, None when either side is unknown.

        Rates change in points, all else in percent; what was nothing before is new.
        """
        if value is None or previous is None:
            return None
        difference = value - previous
        if previous == 0 and value and name not in RATES:
            return Change("new", "", "better" if name not in LESS_IS_BETTER else "worse")
        if name in RATES:
            size = self.points(abs(difference))
        else:
            size = self.percent(abs(difference) / previous if previous else 0)
        if not difference:
            return Change("same", size, "")
        better = (difference < 0) == (name in LESS_IS_BETTER)
        return Change("up" if difference > 0 else "down", size, "better" if better else "worse")

    def day(self, value: date) -> str:
        """Return a day without its year."""
        return self._date(value, "EEE d MMM" if self.language == "en" else "d MMM")

    def month(self, value: date) -> str:
        """Return a month with its year."""
        return self._date(value, "MMM y") + self.units.year.replace(" ", NO_BREAK)

    def clock(self, value: datetime, *, seconds: bool = False) -> str:
        """Return the time of day, 24 hours."""
        return format_time(value, "HH:mm:ss" if seconds else "HH:mm", locale=self.locale)

    def days(self, since: date, until: date, *, year: bool = True, wide: bool = False) -> str:
        """Return a range of days, both included."""
        month = "MMMM" if wide else "MMM"
        year = year or since.year != until.year
        end = self._dated(until, month, with_year=year)
        if since == until:
            return end
        start = self._dated(since, month, with_year=since.year != until.year)
        return f"{start} \u2013 {end}"

    def country(self, code: str) -> str:
        """Return the name of an ISO 3166-1 alpha-2 code, the code itself when it has none."""
        return str(self.locale.territories.get(code, code))

    def _dated(self, value: date, month: str, *, with_year: bool) -> str:
        if not with_year:
            return self._date(value, f"d {month}")
        return self._date(value, f"d {month} y") + self.units.year.replace(" ", NO_BREAK)

    def _date(self, value: date, pattern: str) -> str:
        return format_date(value, pattern, locale=self.locale)

    def _decimal(self, value: float, digits: int) -> str:
        pattern = "0." + "0" * digits if digits else "0"
        text = format_decimal(abs(value), pattern, locale=self.locale, group_separator=False)
        whole = re.match(r"\d+", text)
        end = whole.end() if whole else 0
        grouped = re.sub(r"(?<=\d)(?=(\d{3})+$)", GROUP, text[:end]) + text[end:]
        is_negative = value < 0 and re.search("[1-9]", grouped)
        return MINUS + grouped if is_negative else grouped

    def _with_percent_sign(self, number: str) -> str:
        pattern = self.locale.percent_formats[None].pattern
        return re.sub(r"[#,.0]+", lambda _: number, pattern.split(";")[0])


@lru_cache(maxsize=len(LOCALES))
def words_for(language: str) -> Words:
    """Return the formats of a language of LOCALES."""
    if language not in UNITS:
        raise ValueError(f"language {language!r}: expected one of {', '.join(LOCALES)}")
    return Words(language, Locale(language), UNITS[language])
