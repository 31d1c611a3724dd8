"""Reader: who asks a question, and of which sites the answer may tell."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reader:
    """A token or a user that may ask in SQL."""

    id: str  # for the audit log
    name: str  # what `currentUser()` gives
    sites: tuple[str, ...]  # empty: all
