"""Event rows: accepted events as the columns of the table that holds them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import msgspec

from collector.event import Event

# An accepted event with its session's id and whether it opens it.
Placed: TypeAlias = tuple[Event, int, bool]

_FIELDS: Final = Event.__struct_fields__
_NOT_STORED: Final = frozenset({"resend_id"})
COLUMNS: Final = [*(name for name in _FIELDS if name not in _NOT_STORED), "session", "starts"]


def columns(placed: Sequence[Placed]) -> list[Sequence[Any]]:
    """Return the values of `COLUMNS`, one sequence a column; there must be events."""
    events, sessions, starts = zip(*placed, strict=True)
    by_field = dict(
        zip(_FIELDS, zip(*map(msgspec.structs.astuple, events), strict=True), strict=True)
    )
    by_field["revenue"] = tuple(amount or 0 for amount in by_field["revenue"])
    fields = [values for name, values in by_field.items() if name not in _NOT_STORED]
    return [*fields, sessions, starts]
