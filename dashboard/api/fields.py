"""Fields: reading one value of a request's JSON, with errors that name where it stands."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from dashboard.errors import ParameterError

# The longest URL an event may have, CONTRACT.
MAX_TEXT_LENGTH: Final = 2_000

_KINDS: Final = {
    dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a whole number",
    float: "a number", type(None): "null",
}  # fmt: skip


def kind(value: Any) -> str:
    """Return what a value is, without saying it: it may be long."""
    return _KINDS.get(type(value), "something else")


def an_object(value: Any, at: str, known: Collection[str]) -> dict[str, Any]:
    """Return an object whose keys are all known; raises ParameterError."""
    if not isinstance(value, dict):
        raise ParameterError(at, f"{kind(value)}; expected an object")
    for key in value:
        if key not in known:
            name = f"{at}.{key}" if at != "body" else key
            raise ParameterError(name[:100], f"unknown; expected one of {', '.join(known)}")
    return value


def a_list(value: Any, at: str, least: int, most: int) -> list[Any]:
    """Return a list of so many values; raises ParameterError."""
    if not isinstance(value, list):
        raise ParameterError(at, f"{kind(value)}; expected a list")
    if not least <= len(value) <= most:
        raise ParameterError(at, f"{len(value)} values; expected {least} to {most}")
    return value


def a_text(value: Any, at: str, most: int = MAX_TEXT_LENGTH) -> str:
    """Return a text; raises ParameterError."""
    if not isinstance(value, str):
        raise ParameterError(at, f"{kind(value)}; expected text")
    if len(value) > most or "\0" in value:
        raise ParameterError(at, f"expected text of at most {most} characters without NUL")
    return value


def a_choice(value: Any, at: str, choices: Collection[str]) -> str:
    """Return one of several texts; raises ParameterError."""
    if not isinstance(value, str) or value not in choices:
        given = repr(value[:100]) if isinstance(value, str) else kind(value)
        raise ParameterError(at, f"{given}: expected one of {', '.join(choices)}")
    return value


def a_flag(value: Any, at: str) -> bool:
    """Return true or false; raises ParameterError."""
    if not isinstance(value, bool):
        raise ParameterError(at, f"{kind(value)}; expected true or false")
    return value


def a_number(value: Any, at: str, least: int, most: int) -> int:
    """Return a whole number in a range; raises ParameterError."""
    # In JSON 1.0 is a whole number, too.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ParameterError(at, f"{kind(value)}; expected a whole number")
    if not least <= value <= most:
        raise ParameterError(at, f"expected a whole number from {least} to {most}")
    return value
