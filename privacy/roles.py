"""Roles: what each of them is there for, and so what it may see and do.

Which sites, and for a seller which pages of them, an account adds to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from schema.users import Role

Duty: TypeAlias = Literal[
    "figures",  # totals, breakdowns and who is there now, of the account's sites and pages
    "export",  # the same figures as a file
    "left_out",  # what a whole site did not count, and why
    "sql",  # questions of one's own over the analysts' views
    "audit",  # who did what
    "manage",  # sites, users, tokens, rights of visitors
]

# A seller knows its own pages alone, so nothing that is told of a whole site.
DUTIES: Final[Mapping[Role, frozenset[Duty]]] = {
    "owner": frozenset({"figures", "export", "left_out", "sql", "audit", "manage"}),
    "analyst": frozenset({"figures", "export", "left_out", "sql"}),
    "viewer": frozenset({"figures", "export", "left_out"}),
    "seller": frozenset({"figures", "export"}),
}


def may(role: Role, duty: Duty) -> bool:
    """Return whether a duty belongs to a role."""
    return duty in DUTIES[role]
