"""Functions: which of them a question may call."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Final

from dashboard.sql.errors import refused

# Those that make rows from their arguments and nothing else.
TABLE_FUNCTIONS: Final = frozenset(
    {"numbers", "numbers_mt", "zeros", "generateSeries", "generate_series", "values", "view"}
)
# Ends of names that change how an aggregate function takes its rows or gives its result
# (system.aggregate_function_combinators).
_COMBINATORS: Final = (
    "OrDefault", "Distinct", "Resample", "ForEach", "ArgMax", "ArgMin", "OrNull", "Array", "Map",
    "Merge", "State", "If",
)  # fmt: skip
# What the parser makes of operators; a name of its own in the tree, no function of the list.
_SYNTAX: Final = frozenset({"lambda", "exists", "grouping", "untuple", "try_cast"})
# Of 1, tried: a letter missing, doubled or swapped in a short name.
_ALIKE: Final = 0.8
_ALLOWED: Final = "call the functions of system.functions"


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of the table; `any_case` are in lower case."""

    own_case: frozenset[str]
    any_case: frozenset[str]
    aggregates: frozenset[str]
    aggregates_any_case: frozenset[str]


@cache
def _names() -> _Names:
    text = resources.files("dashboard.sql.data").joinpath("functions.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    aggregates = [(name, cases) for name, kind, cases in rows if kind == "aggregate"]
    return _Names(
        own_case=frozenset(name for name, _, _ in rows) | _SYNTAX,
        any_case=frozenset(name.lower() for name, _, cases in rows if cases == "any"),
        aggregates=frozenset(name for name, _ in aggregates),
        aggregates_any_case=frozenset(name.lower() for name, cases in aggregates if cases == "any"),
    )


def function_names() -> list[str]:
    """Return the name of every function that may be called, sorted."""
    return sorted(_names().own_case - _SYNTAX)


def is_allowed(name: str) -> bool:
    """Return whether a function may be called by this name."""
    names = _names()
    return name in names.own_case or name.lower() in names.any_case or is_aggregate(name)


def is_aggregate(name: str) -> bool:
    """Return whether it is the name of an aggregate function, with combinators or without."""
    names = _names()
    if name in names.aggregates or name.lower() in names.aggregates_any_case:
        return True
    return any(
        name.endswith(ending) and is_aggregate(name.removesuffix(ending)) for ending in _COMBINATORS
    )


def check_function(name: str) -> None:
    """Raise RefusedError for a function that may not be called; it names one that is alike."""
    if not is_allowed(name):
        by_lower = {known.lower(): known for known in function_names()}
        alike = get_close_matches(name.lower(), by_lower, 1, _ALIKE)
        meant = f"; did you mean {by_lower[alike[0]]}?" if alike else ""
        raise refused(f"the function {name}", f"{_ALLOWED}{meant}")


def check_table_function(name: str) -> None:
    """Raise RefusedError for a table function that may not be called."""
    if name not in TABLE_FUNCTIONS:
        listed = ", ".join(sorted(TABLE_FUNCTIONS))
        raise refused(f"the table function {name}", f"there are {listed}")
