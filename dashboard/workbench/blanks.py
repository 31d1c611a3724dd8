"""Blanks: the `{name:Type}` places of a question, as fields of a form with values to begin with."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from schema.stream import escaped

# The engine's own form of a parameter.  The script finds them by the same words (src/blanks.js).
_BLANK: Final = re.compile(r"\{\s*([A-Za-z_]\w*)\s*:\s*([A-Za-z][\w(), ']*?)\s*\}")
_PREFIX: Final = "param_"
_NUMBERS: Final = re.compile(r"U?Int\d+|Float\d+|Decimal.*")
# Our choice: four whole weeks, as on the overview.
_DAYS: Final = 28
# What blanks of these names hold unless said; those of the examples, and good for others.
_USUAL: Final = {
    "timezone": "UTC",
    "currency": "EUR",
    "path": "/",
    "product": "%/product/%",
}


@dataclass(frozen=True, slots=True)
class Blank:
    """One place that wants a value."""

    name: str
    type: str  # the engine's, as in "Date"
    kind: Literal["date", "number", "text", "site"]  # of the field
    value: str

    @property
    def field(self) -> str:
        """Return the name of the form's field."""
        return _PREFIX + self.name


def blanks_of(
    text: str, given: Mapping[str, str], sites: Sequence[str], today: date
) -> list[Blank]:
    """Return the blanks of a question, each once, with what was given or is usual in them."""
    usual = {**usual_values(today), "site": sites[0] if sites else ""}
    types = dict(reversed(_BLANK.findall(text)))
    names = dict.fromkeys(name for name, _ in _BLANK.findall(text))
    return [
        Blank(name, types[name], _kind(name, types[name]), given.get(name, usual.get(name, "")))
        for name in names
    ]


def usual_values(today: date) -> dict[str, str]:
    """Return what blanks of common names hold unless said; the script fills new ones with it."""
    return {
        **_USUAL,
        "since": (today - timedelta(days=_DAYS)).isoformat(),
        "until": today.isoformat(),
    }


def given_values(form: Mapping[str, str]) -> dict[str, str]:
    """Return the values that a form gives to blanks, as they were written."""
    return {
        name.removeprefix(_PREFIX): value
        for name, value in form.items()
        if name.startswith(_PREFIX)
    }


def bound(text: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return the values of a question's blanks as engines take them; others are left out."""
    names = {name for name, _ in _BLANK.findall(text)}
    return {name: escaped(value) for name, value in given.items() if name in names}


def _kind(name: str, type_: str) -> Literal["date", "number", "text", "site"]:
    if name == "site" and type_ == "String":
        return "site"
    if type_ in ("Date", "Date32"):
        return "date"
    return "number" if _NUMBERS.fullmatch(type_) else "text"
