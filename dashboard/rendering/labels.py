"""Labels: how a dimension's value reads to people, in English."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final

from babel import Locale

UNKNOWN: Final = "Unknown"
_EMPTY: Final = {
    "source": "Direct / None",
    "referrer": "Direct / None",
    "entry_page": "Another page",
    "exit_page": "Another page",
}


def label(dimension: str, value: str) -> str:
    """Return what to write for a value."""
    if not value:
        return _EMPTY.get(dimension, UNKNOWN)
    if dimension == "country":
        return country_name(value)
    if dimension == "region":
        return region_names().get(value, value)
    if dimension == "city":
        return value.partition("/")[2] or value
    if dimension == "language":
        return _languages().get(value, value)
    return value


def context(dimension: str, value: str) -> str:
    """Return where a city or region lies; "" for everything else."""
    if dimension in ("region", "city") and value:
        return country_name(value[:2])
    return ""


def country_name(code: str) -> str:
    """Return the name of an ISO 3166-1 alpha-2 code, or the code where none is known."""
    return _countries().get(code, code)


@cache
def _countries() -> dict[str, str]:
    return dict(Locale("en").territories)


@cache
def region_names() -> dict[str, str]:
    """Return the name of every region, by ISO 3166-2 code."""
    text = resources.files("dashboard.data").joinpath("region_names.tsv").read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return dict(line.split("\t") for line in lines)


@cache
def _languages() -> dict[str, str]:
    return dict(Locale("en").languages)
