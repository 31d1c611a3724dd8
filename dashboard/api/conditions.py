"""Conditions: the `filters` of a request, as what chooses rows.

`["is", "event:page", ["/", "/cart"]]` is a test, `["and" | "or", [...]]`, `["not", ...]`,
`["has_done" | "has_not_done", ...]` join and turn others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, Literal, cast

from dashboard.api.fields import a_choice, a_flag, a_list, a_text, an_object, kind
from dashboard.api.names import ApiDimension, codes_named, dimension_of, is_of_names
from dashboard.errors import ParameterError
from dashboard.figures.condition import (
    Condition,
    Done,
    Joined,
    Not,
    Test,
    TestOperator,
    every,
    tests_of,
)
from schema import Store, StoreError

# Our choice: more than a person writes; a query stays small.
MAX_TESTS: Final = 50
MAX_DEPTH: Final = 8
MAX_VALUES: Final = 100

TEST_WORDS: Final = (
    "is", "is_not", "contains", "contains_not", "matches", "matches_not", "matches_wildcard",
    "matches_wildcard_not",
)  # fmt: skip
JOIN_WORDS: Final = ("and", "or", "not", "has_done", "has_not_done")


def parse_conditions(value: Any, at: str = "filters") -> tuple[Condition, ...]:
    """Return the conditions of a list, all of which hold; raises ParameterError."""
    nodes = a_list(value, at, 0, MAX_TESTS)
    found = every([_condition(node, f"{at}[{n}]", 1) for n, node in enumerate(nodes)])
    if sum(len(list(tests_of(condition))) for condition in found) > MAX_TESTS:
        raise ParameterError(at, f"expected at most {MAX_TESTS} conditions in all")
    return found


def check_patterns(store: Store, conditions: tuple[Condition, ...]) -> None:
    """Raise ParameterError for a pattern that the engine cannot read, StoreError as ever."""
    tests = (test for condition in conditions for test in tests_of(condition))
    patterns = {v: None for test in tests if test.operator == "matches" for v in test.values}
    for pattern in patterns:
        try:
            store.value("SELECT match('', {pattern:String})", {"pattern": pattern})
        except StoreError as error:
            # CANNOT_COMPILE_REGEXP of ClickHouse's ErrorCodes.cpp.
            if "Code: 427" not in str(error):
                raise
            raise ParameterError(
                "filters", f"{pattern[:100]!r}: expected a regular expression of RE2"
            ) from error


def _condition(value: Any, at: str, depth: int) -> Condition:
    if depth > MAX_DEPTH:
        raise ParameterError(at, f"expected at most {MAX_DEPTH} conditions inside each other")
    if not isinstance(value, list) or not value:
        raise ParameterError(at, f'{kind(value)}; expected a list, as in ["is", …, ["…"]]')
    word = a_choice(value[0], f"{at}[0]", (*TEST_WORDS, *JOIN_WORDS))
    if word in TEST_WORDS:
        return _test(word, a_list(value, at, 3, 4), at)
    inner = a_list(value, at, 2, 2)[1]
    if word in ("and", "or"):
        nodes = a_list(inner, f"{at}[1]", 1, MAX_TESTS)
        parsed = [_condition(node, f"{at}[1][{n}]", depth + 1) for n, node in enumerate(nodes)]
        return Joined(cast(Literal["and", "or"], word), tuple(parsed))
    node = _condition(inner, f"{at}[1]", depth + 1)
    return Not(node) if word == "not" else _done(word, node, at)


def _done(word: str, node: Condition, at: str) -> Condition:
    if any(test.dimension.level == "session" for test in tests_of(node)):
        raise ParameterError(f"{at}[1]", "expected conditions on event: dimensions alone")
    return Done(node, is_done=word == "has_done")


def _test(word: str, value: list[Any], at: str) -> Condition:
    name = a_text(value[1], f"{at}[1]")
    known = None if name == "time" else dimension_of(name, f"{at}[1]")
    if known is None or known.is_time:
        raise ParameterError(f"{at}[1]", "time is chosen by date_range")
    texts = [
        _text(text, f"{at}[2][{n}]")
        for n, text in enumerate(a_list(value[2], f"{at}[2]", 1, MAX_VALUES))
    ]
    is_sensitive = True
    if len(value) == 4:
        modifiers = an_object(value[3], f"{at}[3]", ("case_sensitive",))
        is_sensitive = a_flag(modifiers.get("case_sensitive", True), f"{at}[3].case_sensitive")
    if word.startswith("matches_wildcard"):
        texts = [wildcard_pattern(text) for text in texts]
    operator = cast(TestOperator, word.removesuffix("_not").removesuffix("_wildcard"))
    if operator == "matches" and not all(texts):
        raise ParameterError(f"{at}[2]", "expected patterns that are not empty")
    test = (
        _of_names(known, operator, texts, is_sensitive, at)
        if is_of_names(name)
        else Test(
            known.dimension,
            operator,
            tuple(_stored(known, text, operator) for text in texts),
            is_sensitive,
        )
    )
    return Not(test) if word.endswith("_not") else test


def wildcard_pattern(text: str) -> str:
    """Return the pattern of a text in which each * is any signs."""
    return f"^{'.*'.join(map(re.escape, text.split('*')))}$" if text else ""


def _text(value: Any, at: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)  # Plausible's clients give numbers, too
    return a_text(value, at)


def _stored(known: ApiDimension, text: str, operator: str) -> str:
    """Return a value as the store has it: "Direct / None" is no value there."""
    return "" if operator == "is" and text == known.empty else text


def _of_names(
    known: ApiDimension, operator: TestOperator, texts: list[str], is_sensitive: bool, at: str
) -> Test:
    """Return a test on the codes whose names are meant."""
    if operator == "matches":
        raise ParameterError(f"{at}[0]", f"{known.name} takes is and contains; or match its code")
    fold: Callable[[str], str] = str if is_sensitive else str.casefold
    wanted = [fold(text) for text in texts]
    if operator == "is":
        codes = codes_named(known.name, lambda name: fold(name) in wanted)
    else:
        codes = codes_named(known.name, lambda name: any(text in fold(name) for text in wanted))
    # A code without a name goes by itself, as it is shown.
    codes += [_stored(known, text, "is") for text in texts] if operator == "is" else []
    return Test(known.dimension, "is", tuple(codes))


GOAL_NAMES: Final = ("goal", "name")


def is_of_goals(condition: Condition) -> bool:
    """Return whether a condition is on what was done: a goal, an event's name or a property."""
    return any(
        test.dimension.name in GOAL_NAMES or test.dimension.prop for test in tests_of(condition)
    )
