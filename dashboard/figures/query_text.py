"""Query text: a query's file with its places filled, and before it the parts that it reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from schema import statement

QUERIES: Final = "dashboard.queries"
_PLACE: Final = re.compile(r"/\* (\w+) \*/")
_WORD: Final = re.compile(r"\w+")
# A column of a part on its line; the last one, without comma, always stays.
_COLUMN: Final = re.compile(r" .* AS (\w+),\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What fills the places of a file, all of it text of ours."""

    of_events: str  # what chooses events
    of_sessions: str
    event_keys: tuple[str, ...] = ()  # expressions over event rows, one a dimension
    session_keys: tuple[str, ...] = ()
    daily_keys: tuple[str, ...] = ()
    joins_sessions: bool = False  # event rows also need what their sessions say
    required: tuple[int, ...] = ()  # the keys without whose value there is no row, from 0


@lru_cache(maxsize=512)
def query_text(name: str, places: Places) -> str:
    """Return a query that begins with the parts it reads, each with the columns it needs.

    The engine takes longer to plan what is not needed than to read a small site's rows.
    """
    query = used = _filled(name, places)
    parts: dict[str, str] = {}
    for part in ("one_event", "one_session"):
        if part in _names(used):
            parts[part] = _filled(part, places)
    used += "".join(parts.values())
    # Each of these is read by those before it.
    for part in ("event_of_session", "every_event", "every_session"):
        needed = _names(used)
        if part in needed:
            parts[part] = _with_columns(_filled(part, places), needed)
            used += parts[part]
    definitions = ",\n".join(f"{part} AS (\n{parts[part]})" for part in reversed(parts))
    return f"WITH\n{definitions}\n{query}"


def _filled(name: str, places: Places) -> str:
    """Return a file's statement without its comment lines, its places filled."""
    lines = statement(QUERIES, name).splitlines(keepends=True)
    text = "".join(line for line in lines if not line.lstrip().startswith("--"))
    return _PLACE.sub(lambda found: _in_place(found[1], places), text)


def _in_place(place: str, places: Places) -> str:
    match place:
        case "session_filters":
            return places.of_sessions
        case "event_filters":
            return places.of_events
        case "events":
            return "event_of_session" if places.joins_sessions else "every_event"
        case "key":
            return _key(places.event_keys)
        case "session_key":
            return _key(places.session_keys)
        case "daily_key":
            return _key(places.daily_keys)
        case "required":
            return _required(places)
        case _:
            raise ValueError(f"a query has the place {place!r}, which nothing fills")


def _key(columns: tuple[str, ...]) -> str:
    """Return the columns' values as one text, or as an array of several, which groups slower."""
    texts = [f"toString({column})" for column in columns]
    if len(texts) < 2:
        return texts[0] if texts else "''"
    return f"[{', '.join(texts)}]"


def _required(places: Places) -> str:
    """Return the condition on a query's `value` that the required keys are not empty."""
    is_one = len(places.event_keys) < 2
    tests = (f"value{'' if is_one else f'[{key + 1}]'} != ''" for key in places.required)
    return " AND ".join(tests) or "1"


def _with_columns(text: str, needed: set[str]) -> str:
    """Return a part without the columns that nothing names."""
    lines = text.splitlines(keepends=True)
    columns = [_COLUMN.fullmatch(line) for line in lines]
    return "".join(
        line for line, found in zip(lines, columns, strict=True) if not found or found[1] in needed
    )


def _names(text: str) -> set[str]:
    return set(_WORD.findall(text))
