"""Condition: what chooses a view's rows, as a tree of tests, turned into SQL with bound values.

A test on an event's own value chooses events, one on a session's chooses sessions; `conditions` of
`filters` brings both together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from dashboard.figures.dimensions import Dimension
from schema import statement

TestOperator = Literal["is", "contains", "matches"]
Level: TypeAlias = Literal["event", "session", "both"]

_TEXTS: Final = {
    ("is", True): "has({{{bound}:Array(String)}}, toString({column}))",
    ("is", False): "has(arrayMap(v -> lowerUTF8(v), {{{bound}:Array(String)}}),"
    " lowerUTF8(toString({column})))",
    ("contains", True): "arrayExists(v -> position(toString({column}), v) > 0,"
    " {{{bound}:Array(String)}})",
    ("contains", False): "arrayExists(v -> positionCaseInsensitiveUTF8(toString({column}), v) > 0,"
    " {{{bound}:Array(String)}})",
}


@dataclass(frozen=True, slots=True)
class Test:
    """One dimension's value is, contains or matches one of several."""

    dimension: Dimension
    operator: TestOperator
    values: tuple[str, ...]  # of "matches": RE2 patterns
    case_sensitive: bool = True


@dataclass(frozen=True, slots=True)
class Not:
    """The other rows."""

    node: Condition


@dataclass(frozen=True, slots=True)
class Joined:
    """All of several conditions, or any of them."""

    word: Literal["and", "or"]
    nodes: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """Rows of sessions that have, or have not, an event for which a condition holds."""

    node: Condition
    is_done: bool


Condition: TypeAlias = Test | Not | Joined | Done


def tests_of(condition: Condition) -> Iterator[Test]:
    """Yield every test of a condition."""
    match condition:
        case Test():
            yield condition
        case Joined():
            for node in condition.nodes:
                yield from tests_of(node)
        case Not() | Done():
            yield from tests_of(condition.node)


def level_of(condition: Condition) -> Level:
    """Return what a condition chooses: events as soon as one of its tests does."""
    if isinstance(condition, Done):
        return "both"
    if isinstance(condition, Test):
        return condition.dimension.level
    nodes = condition.nodes if isinstance(condition, Joined) else (condition.node,)
    levels = {level_of(node) for node in nodes}
    if "event" in levels:
        return "event"
    return "session" if "session" in levels else "both"


def condition_sql(condition: Condition, prefix: str, paths: str = "") -> tuple[str, dict[str, Any]]:
    """Return a condition over rows of its level, and its values, bound by names with a prefix.

    `paths` is SQL that holds for the events that are there at all; "" is all of them.
    """
    writer = _Writer(prefix, paths)
    return writer.text(condition, level_of(condition)), writer.values


class _Writer:
    """Writes one tree; values get their names in the order they are met."""

    def __init__(self, prefix: str, paths: str) -> None:
        self._prefix = prefix
        self._paths = paths
        self.values: dict[str, Any] = {}

    def text(self, condition: Condition, level: Level) -> str:
        """Return SQL over rows of `level`.

        What is about sessions alone goes together: of events that have none it does not hold.
        """
        if level == "event" and level_of(condition) == "session":
            return with_chosen("in_chosen_sessions", self.text(condition, "session"))
        match condition:
            case Test():
                return self._test(condition)
            case Not():
                return f"NOT ({self.text(condition.node, level)})"
            case Joined():
                texts = (f"({self.text(node, level)})" for node in condition.nodes)
                return f" {condition.word.upper()} ".join(texts)
            case Done():
                chosen = f"name != 'engagement' AND ({self.text(condition.node, 'event')})"
                if self._paths:
                    chosen += f" AND {self._paths}"
                return with_chosen("did" if condition.is_done else "did_not", chosen)

    def _test(self, test: Test) -> str:
        """Return a test over the rows that its dimension stands on."""
        column = test.dimension.of_events(self._name(test.dimension.prop))
        if test.operator == "matches":
            texts = (f"match(toString({column}), {{{self._name(v)}:String}})" for v in test.values)
            return " OR ".join(texts)
        text = _TEXTS[test.operator, test.case_sensitive]
        return text.format(bound=self._name(list(test.values)), column=column)

    def _name(self, value: Any) -> str:
        """Return the name that a value is bound by; "" when there is nothing to bind."""
        if value == "":
            return ""
        name = f"{self._prefix}{len(self.values)}"
        self.values[name] = value
        return name


def with_chosen(part: str, chosen: str) -> str:
    """Return the condition in the file `part`, about the rows that `chosen` chooses."""
    return statement("dashboard.queries", part).replace("/* chosen */", chosen)


def every(conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    """Return conditions that all hold, an "and" among them as its parts."""
    parts: list[Condition] = []
    for condition in conditions:
        if isinstance(condition, Joined) and condition.word == "and":
            parts += every(condition.nodes)
        else:
            parts.append(condition)
    return tuple(parts)
