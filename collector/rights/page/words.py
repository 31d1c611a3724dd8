"""Words: the sentences of the visitor's page and the notice, one catalogue a language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final

from babel import Locale
from babel.dates import format_date, format_datetime

# In the order of the switch: the shop's own first.
LANGUAGES: Final = ("az", "ru", "tr", "en")
DEFAULT_LANGUAGE: Final = "en"
CATALOGUES: Final = Path(__file__).parent / "words"

# One sign for groups of three in every language, as on the dashboard: a narrow space.
_GROUP: Final = "\u202f"
# A header longer than this names no more languages than we have.
_LONGEST_HEADER: Final = 1_000


@dataclass(frozen=True, slots=True)
class Words:
    """One language's sentences and ways to write figures."""

    language: str
    texts: Mapping[str, str]

    def __call__(self, key: str, /, **given: object) -> str:
        """Return a sentence with what was given in its places; an unknown key is an error."""
        return self.texts[key].format(**given)

    def counted(self, thing: str, number: int) -> str:
        """Return a number with its noun, as in "7 pageviews"."""
        form = Locale(self.language).plural_form(number)
        form = form if form in ("one", "few") else "many"
        return self(f"count_{thing}_{form}", n=self.number(number)).replace(" ", "\u00a0", 1)

    def number(self, number: int) -> str:
        """Return a whole number."""
        return f"{number:,}".replace(",", _GROUP)

    def day(self, day: date) -> str:
        """Return a day, as in "21 Dec 2026"."""
        return format_date(day, "d MMM y", locale=self.language)

    def instant(self, instant: datetime) -> str:
        """Return an aware instant in UTC."""
        return format_datetime(instant, "d MMM y, HH:mm", locale=self.language) + " UTC"


@cache
def words_of(language: str) -> Words:
    """Return a language's words; `language` is one of LANGUAGES."""
    return Words(language, tomllib.loads((CATALOGUES / f"{language}.toml").read_text("utf-8")))


def choose_language(chosen: str, accept_language: str) -> str:
    """Return the language that was chosen, else the first known one that the browser prefers."""
    if chosen in LANGUAGES:
        return chosen
    ranked: list[tuple[float, str]] = []
    for part in accept_language[:_LONGEST_HEADER].split(","):
        tag, _, parameter = part.strip().partition(";")
        language = tag.partition("-")[0].lower()
        if language in LANGUAGES:
            ranked.append((_quality(parameter), language))
    # max() keeps the first of equals.
    best = max(ranked, key=lambda pair: pair[0], default=(0.0, DEFAULT_LANGUAGE))
    return best[1] if best[0] > 0 else DEFAULT_LANGUAGE


def _quality(parameter: str) -> float:
    """Return a preference of Accept-Language (RFC 9110, 12.4.2), 0 to 1."""
    text = parameter.strip().removeprefix("q=")
    try:
        return min(max(float(text), 0.0), 1.0) if parameter else 1.0
    except ValueError:
        return 0.0
