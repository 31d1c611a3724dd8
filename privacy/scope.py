"""Scope: which rows a wish is about: those a browser could show, or those an operator selected.

The condition on rows stands in `queries/scope.sql` and `queries/selection.sql`, and, for a row that
is not in the store yet, in `Scope.covers`; nobody else writes one.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from functools import cache
from typing import Any, Final

import msgspec

from privacy.selection import Selection
from schema import statement

_QUERIES: Final = "privacy.queries"

# No pseudonym: nothing is on this day.
NO_DAY: Final = date(1970, 1, 1)
_NOBODY: Final = 0


class Scope(msgspec.Struct, frozen=True, array_like=True):
    """Rows of a site that were received up to an instant and belong to what is named.

    Positions are part of the journal's format: new fields go to the end, with a default.
    """

    site: str
    until: datetime  # aware, UTC; rows received later are not meant
    visitor: int = _NOBODY  # a pseudonym, good for `day` alone; 0 names nobody
    day: date = NO_DAY
    page_ids: tuple[int, ...] = ()  # hashes, as rows have them
    consent_ids: tuple[int, ...] = ()
    # Of an operator's hold and its end alone: then nothing is named above, but site and instant.
    selection: Selection | None = None

    @property
    def kinds(self) -> list[str]:
        """Return what is looked for, by kind and never by value."""
        named = {
            "visitor": self.visitor != _NOBODY,
            "page": bool(self.page_ids),
            "consent": bool(self.consent_ids),
            "selection": self.selection is not None,
        }
        return [kind for kind, is_named in named.items() if is_named]

    @property
    def proved(self) -> Scope:
        """Return what was proved: a pseudonym may be several people's, so it is left out."""
        return msgspec.structs.replace(self, visitor=_NOBODY, day=NO_DAY)

    @property
    def without_ids(self) -> Scope:
        """Return the scope without what could still find rows of somebody: for looking back."""
        chosen = self.selection
        if chosen is not None:
            chosen = msgspec.structs.replace(chosen, sessions=())
        return Scope(self.site, self.until, selection=chosen)

    @property
    def parameters(self) -> dict[str, Any]:
        """Return what `scope_statement` binds."""
        if self.selection is not None:
            return {"site": self.site, "until": self.until} | self.selection.parameters
        return {
            "site": self.site,
            "until": self.until,
            "visitor": self.visitor,
            "day": self.day,
            "page_ids": list(self.page_ids),
            "consent_ids": list(self.consent_ids),
        }

    def covers(
        self,
        *,
        site: str,
        received_at: datetime,
        visitor: int,
        day: date,
        page_id: int,
        consent_id: int,
    ) -> bool:
        """Tell whether a row that is not in the store is meant; the same as `scope.sql`.

        `received_at` has the precision that the journal has; the store keeps whole seconds.
        """
        if site != self.site or received_at > self.until:
            return False
        return (
            (visitor != _NOBODY and visitor == self.visitor and day == self.day)
            or _is_named(page_id, self.page_ids)
            or _is_named(consent_id, self.consent_ids)
        )


def scope_statement(name: str, scope: Scope) -> str:
    """Return the text of `name`.sql with the conditions of such a scope in their places."""
    return _with_conditions(name, "scope" if scope.selection is None else "selection")


@cache
def _with_conditions(name: str, on_rows: str) -> str:
    text = statement(_QUERIES, name)
    # The first may hold the second.
    for mark, condition in (("held", "held"), ("scope", on_rows)):
        text = text.replace(f"{{{mark}}}", _condition(condition))
    return text


def _condition(name: str) -> str:
    """Return the text of a condition without its comment."""
    lines = statement(_QUERIES, name).splitlines()
    return "\n".join(line for line in lines if not line.startswith("--"))


def _is_named(row_id: int, named: Collection[int]) -> bool:
    return row_id != 0 and row_id in named
