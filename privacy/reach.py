"""Reach: how much a site collects and for how long it keeps it, so that two of them compare."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from privacy.retention_policy import KEPT, Policy
from schema.sites import Site

_LASTING_ID: Final = "an id that lasts, after consent"
_UNASKED: Final = "visits before an answer"
_SIGNALS: Final = "visits with GPC or DNT, as nobody's"


class Reach(msgspec.Struct, frozen=True):
    """What counts; the words are read by operators."""

    holds: tuple[str, ...]  # columns, purposes and ways of counting, by name
    days: dict[str, int]  # that each class is kept
    small_number: int  # places are shown from so many visitors on


def reach_of(site: Site, policy: Policy, columns: Iterable[str], purposes: Iterable[str]) -> Reach:
    """Return how far a site goes with what the installation's tables have."""
    holds = [f"the column {column}" for column in columns]
    holds += [f"the purpose {purpose}" for purpose in purposes]
    holds += [_LASTING_ID] if site.consent != "cookieless" else []
    holds += [_UNASKED] if site.consent != "strict" else []
    holds += [_SIGNALS] if site.signal == "nobody" else []
    return Reach(
        holds=tuple(sorted(holds)),
        days={kind: policy.days_of(kind) for kind in KEPT},
        small_number=site.small_number,
    )


def grown(before: Reach, after: Reach) -> list[str]:
    """Return what goes further than before, in words; empty when nothing does.

    Whoever agreed to what was before did not agree to this.
    """
    more = sorted(set(after.holds) - set(before.holds))
    more += [
        f"{kind} for {days} days instead of {before.days.get(kind, 0)}"
        for kind, days in after.days.items()
        if days > before.days.get(kind, 0)
    ]
    if after.small_number < before.small_number:
        more.append(
            f"places from {after.small_number} visitors on instead of {before.small_number}"
        )
    return more
