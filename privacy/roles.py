"""Roles: what each of them is there for, and so what it may see and do.

Which sites, and for a seller which pages of them, an account adds to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from schema.users import Role

Duty: TypeAlias = Literal[
    "figures",  # totals, breakdowns and who is there now, on pages and as files
    "rows",  # single events and sessions, as a file or by SQL
    "left_out",  # what a whole site did not count, and why
    "audit",  # who did what
    "requests",  # what visitors asked, and where to answer them
    "holds",  # what the law or a case of fraud keeps, why and until when
]

# A seller knows its own pages alone, so nothing that is told of a whole site.
DUTIES: Final[Mapping[Role, frozenset[Duty]]] = {
    "owner": frozenset({"figures", "left_out", "rows", "audit", "requests", "holds"}),
    "analyst": frozenset({"figures", "left_out", "rows"}),
    "viewer": frozenset({"figures", "left_out"}),
    "seller": frozenset({"figures"}),
}


def may(role: Role, duty: Duty) -> bool:
    """Return whether a duty belongs to a role."""
    return duty in DUTIES[role]
