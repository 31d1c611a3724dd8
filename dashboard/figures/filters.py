"""Filters: conditions of a view, read from the address and turned into bound SQL.

In the address each is `f=dimension:operator:value`, several values parted by `|`, any of which
holds; `\\|` is the sign itself and `\\\\` a backslash.  All conditions hold together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast, get_args

from dashboard.errors import ParameterError
from dashboard.figures.condition import Condition, condition_sql, level_of, tests_of, with_chosen
from dashboard.figures.dimensions import DIMENSIONS, Dimension
from dashboard.figures.model import Filter, FilterOperator
from dashboard.rendering.labels import label

# Our choice: more than a person reads at once; a query stays small.
MAX_FILTERS: Final = 10
MAX_VALUES: Final = 100
# The longest URL an event may have, CONTRACT.
MAX_VALUE_LENGTH: Final = 2_000

_OPERATORS: Final = get_args(FilterOperator)
_PIECE = re.compile(r"\\(.)|(\|)|([^\\|]+)|(\\)", re.DOTALL)

# "Has not done it" is no event of another kind, but no event of this kind.
_OPPOSITE: Final[dict[str, str]] = {"is_not": "is", "contains_not": "contains"}

# Upper and lower case are the same to somebody looking for a part of a word.
_TESTS: Final = {
    "is": "has({{{bound}:Array(String)}}, toString({column}))",
    "is_not": "NOT has({{{bound}:Array(String)}}, toString({column}))",
    "contains": "arrayExists(v -> positionCaseInsensitiveUTF8(toString({column}), v) > 0,"
    " {{{bound}:Array(String)}})",
    "contains_not": "NOT arrayExists(v -> positionCaseInsensitiveUTF8(toString({column}), v) > 0,"
    " {{{bound}:Array(String)}})",
}


def parse_filters(texts: Sequence[str]) -> tuple[Filter, ...]:
    """Return the conditions of the `f` parameters, in order, each once; raises ParameterError."""
    if len(texts) > MAX_FILTERS:
        raise ParameterError("f", f"{len(texts)} conditions; expected at most {MAX_FILTERS}")
    return tuple(dict.fromkeys(_parse(text) for text in texts))


def make_filter(dimension: str, operator: str, values: Iterable[str]) -> Filter:
    """Return a condition with its values' labels; raises ParameterError."""
    if dimension not in DIMENSIONS:
        raise ParameterError("f", f"dimension {dimension!r}: expected one of {_list(DIMENSIONS)}")
    if operator not in _OPERATORS:
        raise ParameterError("f", f"operator {operator!r}: expected one of {_list(_OPERATORS)}")
    kept = tuple(dict.fromkeys(values))
    if not 1 <= len(kept) <= MAX_VALUES:
        raise ParameterError("f", f"{len(kept)} values; expected 1 to {MAX_VALUES}")
    if any(len(value) > MAX_VALUE_LENGTH or "\0" in value for value in kept):
        raise ParameterError("f", f"a value is not text of at most {MAX_VALUE_LENGTH} characters")
    labels = tuple(label(dimension, value) for value in kept)
    return Filter(dimension, cast(FilterOperator, operator), kept, labels)


@dataclass(frozen=True, slots=True)
class Conditions:
    """SQL over event rows and over session rows, and the values bound in it."""

    of_events: str
    of_sessions: str
    values: dict[str, Any]
    choose_events: bool  # not only sessions with all their events


def conditions(
    filters: Sequence[Filter | Condition], path_prefixes: Sequence[str] = ()
) -> Conditions:
    """Return what chooses a view's rows.

    Conditions on events choose events, and sessions that have one event for which all of them
    hold; those on sessions choose sessions and their events.  A deed (a goal) chooses the
    sessions that did it, or did not, with all their events.  With `path_prefixes` only events of
    pages that begin with one of them are there.
    """
    tests: dict[str, list[str]] = {"event": [], "session": [], "both": []}
    values: dict[str, Any] = {}
    paths = _begins_with("path") if path_prefixes else ""
    for number, condition in enumerate(filters):
        bound = f"f{number}"
        if not isinstance(condition, Filter):
            text, of_tree = condition_sql(condition, f"{bound}_", paths)
            tests[level_of(condition)].append(f"({text})")
            values |= of_tree
            continue
        dimension = DIMENSIONS[condition.dimension]
        if dimension.is_deed:
            tests["both"].append(_deed(dimension, condition.operator, bound, path_prefixes))
        else:
            column = column_of(dimension, path_prefixes)
            test = _TESTS[condition.operator].format(bound=bound, column=column)
            tests[dimension.level].append(test)
        values[bound] = list(condition.values)
    if path_prefixes:
        tests["event"].append(_begins_with("path"))
        values["path_prefixes"] = list(path_prefixes)
    return Conditions(_of_events(tests), _of_sessions(tests), values, bool(tests["event"]))


def is_by_place(condition: Filter | Condition) -> bool:
    """Return whether a condition is on a place finer than a country."""
    if isinstance(condition, Filter):
        return DIMENSIONS[condition.dimension].is_place
    return any(test.dimension.is_place for test in tests_of(condition))


def column_of(dimension: Dimension, path_prefixes: Sequence[str] = ()) -> str:
    """Return the expression of a dimension; paths outside of `path_prefixes` are ''."""
    if path_prefixes and dimension.name in ("entry_page", "exit_page"):
        return f"if({_begins_with(dimension.column)}, {dimension.column}, '')"
    return dimension.column


def _deed(dimension: Dimension, operator: str, bound: str, path_prefixes: Sequence[str]) -> str:
    """Return the condition on a session that it did something, on the pages that are there."""
    positive = _OPPOSITE.get(operator, operator)
    chosen = _TESTS[positive].format(bound=bound, column=dimension.column)
    if path_prefixes:
        chosen += f" AND {_begins_with('path')}"
    return with_chosen("did" if positive == operator else "did_not", chosen)


def _of_events(tests: dict[str, list[str]]) -> str:
    return _all(tests["event"] + tests["both"], "in_chosen_sessions", tests["session"])


def _of_sessions(tests: dict[str, list[str]]) -> str:
    return _all(tests["session"] + tests["both"], "in_chosen_events", tests["event"])


def _all(own: list[str], part: str, of_others: list[str]) -> str:
    """Join a row's own conditions and, through the file `part`, those on the other kind of row."""
    if of_others:
        own = [*own, with_chosen(part, " AND ".join(of_others))]
    return " AND ".join(own) or "1"


def _begins_with(column: str) -> str:
    return f"arrayExists(p -> startsWith({column}, p), {{path_prefixes:Array(String)}})"


def _parse(text: str) -> Filter:
    parts = text.split(":", 2)
    if len(parts) != 3:
        raise ParameterError("f", "expected dimension:operator:value, as in country:is:AZ")
    return make_filter(parts[0], parts[1], _values(parts[2]))


def _values(text: str) -> list[str]:
    """Part a text at each `|` that no backslash stands before."""
    values = [""]
    for escaped, sign, plain, lone in _PIECE.findall(text):
        if sign:
            values.append("")
        else:
            values[-1] += escaped or plain or lone
    return values


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)
