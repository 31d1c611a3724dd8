"""Selection: rows chosen by days, sessions and what they say, for the operator's holds alone.

The condition on rows stands in `queries/selection.sql`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, Final, Literal, TypeAlias, get_args

import msgspec

from privacy.errors import HoldError

Operator: TypeAlias = Literal["is", "is_not", "contains", "contains_not"]
_OPERATORS: Final[tuple[Operator, ...]] = get_args(Operator)

# What a row can be asked about, named as the dashboard's filters are; each is a column of the row
# itself.  Regions and cities are not among them: how many rows are held would tell of one visitor.
FIELDS: Final = (
    "page", "hostname", "goal", "source", "channel", "referrer", "utm_source", "utm_medium",
    "utm_campaign", "utm_term", "utm_content", "country", "device", "browser", "browser_version",
    "os", "os_version", "screen", "language",
)  # fmt: skip

# Our choice: a case that needs more is several holds.
MOST_TESTS: Final = 10
MOST_VALUES: Final = 100
MOST_SESSIONS: Final = 1_000
# The longest URL an event may have.
_LONGEST_VALUE: Final = 2_000
_LARGEST_ID: Final = 2**64 - 1
# Values are parted by `|`; a backslash takes a sign as it is.
_PIECE: Final = re.compile(r"\\(.)|(\|)|([^\\|]+)|(\\)", re.DOTALL)


class Test(msgspec.Struct, frozen=True, array_like=True):
    """One field of a row is, or contains, one of several texts, or none of them."""

    field: str
    operator: Operator
    values: tuple[str, ...]


class Selection(msgspec.Struct, frozen=True, array_like=True):
    """Rows of some days for which every test holds.

    Positions are part of the journal's format: new fields go to the end, with a default.
    """

    first_day: date  # local days of the site, both included
    last_day: date
    sessions: tuple[int, ...] = ()  # empty: of any session, or none
    tests: tuple[Test, ...] = ()

    @property
    def parameters(self) -> dict[str, Any]:
        """Return what `selection.sql` binds beside site and instant."""
        return {
            "first_day": self.first_day,
            "last_day": self.last_day,
            "sessions": list(self.sessions),
            "fields": [test.field for test in self.tests],
            "operators": [test.operator for test in self.tests],
            "wanted": [list(test.values) for test in self.tests],
        }


def read_selection(
    first_day: str, last_day: str, sessions: Sequence[str] = (), tests: Sequence[str] = ()
) -> Selection:
    """Return a selection from what a person wrote; raises HoldError that says what was expected.

    Days are YYYY-MM-DD, sessions numbers as in `events`, tests `field:operator:value|value`.
    """
    first, last = _day(first_day), _day(last_day)
    if last < first:
        raise HoldError(f"from {first} to {last}: expected the earlier day first")
    if len(sessions) > MOST_SESSIONS:
        raise HoldError(f"{len(sessions)} sessions: expected at most {MOST_SESSIONS}")
    if len(tests) > MOST_TESTS:
        raise HoldError(f"{len(tests)} filters: expected at most {MOST_TESTS}")
    return Selection(first, last, tuple(map(_session, sessions)), tuple(map(read_test, tests)))


def read_test(text: str) -> Test:
    """Return one test, as in "page:contains:/checkout"; raises HoldError."""
    field, _, rest = text.partition(":")
    operator, separator, value = rest.partition(":")
    known = next((each for each in _OPERATORS if each == operator), None)
    if field not in FIELDS or known is None or not separator:
        raise HoldError(
            f"filter {text[:80]!r}: expected FIELD:OPERATOR:VALUE, as in country:is:AZ, where FIELD"
            f" is one of {', '.join(FIELDS)}, and OPERATOR one of {', '.join(_OPERATORS)}"
        )
    values = tuple(dict.fromkeys(_values(value)))
    if len(values) > MOST_VALUES or any(len(v) > _LONGEST_VALUE or "\0" in v for v in values):
        raise HoldError(
            f"filter {text[:80]!r}: expected at most {MOST_VALUES} values of {_LONGEST_VALUE}"
            " characters"
        )
    if "contains" in operator and "" in values:
        raise HoldError(f"filter {text[:80]!r}: every text contains an empty one; name a part")
    return Test(field, known, values)


def _values(text: str) -> list[str]:
    values = [""]
    for escaped, sign, plain, lone in _PIECE.findall(text):
        if sign:
            values.append("")
        else:
            values[-1] += escaped or plain or lone
    return values


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise HoldError(f"day {text[:40]!r}: expected YYYY-MM-DD") from error


def _session(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:21]) <= _LARGEST_ID):
        raise HoldError(f"session {text[:40]!r}: expected its number, as in the view events")
    return int(text)
