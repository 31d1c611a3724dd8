"""Retention policy: for how many days a site keeps each class of what it has.

A day counts from its own start: what is kept for 30 days is there today and on the 29 days before,
so that nothing is ever older than 30 days when the day begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias, get_args

from schema import Site

Kept: TypeAlias = Literal["cities", "ids", "events", "dropped", "consents"]
KEPT: Final[tuple[Kept, ...]] = get_args(Kept)

# Our choice: cities are the finest thing about a person's place, ids join what one visitor did.
# A consent has to be shown as long as somebody may ask for it (GDPR, Art. 7(1)): three years after
# the last decision, the usual limitation of claims (German Civil Code, sections 195 and 199).
DEFAULT_DAYS: Final[Mapping[Kept, int]] = {
    "cities": 30,
    "ids": 60,
    "events": 180,
    "dropped": 365,
    "consents": 1095,
}
# Our choice: five years, longer than any law we know of asks to keep a shop's visits.
MOST_DAYS: Final = 1825
_UNSET: Final = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Days that each class is kept; daily totals stay for ever."""

    cities: int  # region and city of events and sessions
    ids: int  # visitor, session, page and consent ids of events; whole rows of sessions
    events: int  # whole rows of events
    dropped: int  # counts of beacons that were not counted
    consents: int  # receipts, after the last decision under the same id

    def days_of(self, kept: Kept) -> int:
        """Return the days of a class."""
        return {
            "cities": self.cities,
            "ids": self.ids,
            "events": self.events,
            "dropped": self.dropped,
            "consents": self.consents,
        }[kept]

    def until(self, kept: Kept, today: date) -> date:
        """Return the last day that has lost a class by `today`, the site's current day."""
        return today - timedelta(days=self.days_of(kept))


def retention_of(site: Site, events_days: int = DEFAULT_DAYS["events"]) -> Policy:
    """Return what holds for a site; `events_days` is the installation's default for events.

    Cities and ids stand on events, so that neither outlives them.
    """
    days = {**DEFAULT_DAYS, "events": events_days, **_days_of(site.keep)}
    return Policy(
        cities=min(days["cities"], days["events"]),
        ids=min(days["ids"], days["events"]),
        events=days["events"],
        dropped=days["dropped"],
        consents=days["consents"],
    )


def changed_keep(before: Iterable[str], given: Iterable[str]) -> tuple[str, ...]:
    """Return a site's settings with what was given in the place of what it changes.

    Each is such as "cities=30"; "cities=default" takes one back.  Raises ValueError that says what
    was expected.
    """
    days = _days_of(before)
    for setting in given:
        kept, text = _parsed(setting)
        if text == _UNSET:
            days.pop(kept, None)
        else:
            days[kept] = _checked_days(setting, text)
    return tuple(f"{kept}={days[kept]}" for kept in KEPT if kept in days)


def shown_policy(policy: Policy) -> list[str]:
    """Return a policy as its settings say it."""
    return [f"{kept}={policy.days_of(kept)}" for kept in KEPT]


def _days_of(settings: Iterable[str]) -> dict[Kept, int]:
    return {kept: int(text) for kept, text in map(_parsed, settings)}


def _parsed(setting: str) -> tuple[Kept, str]:
    name, separator, text = setting.partition("=")
    for kept in KEPT:
        if kept == name and separator:
            return kept, text
    raise ValueError(
        f"{setting[:40]!r}: expected CLASS=DAYS, where CLASS is one of {', '.join(KEPT)}"
    )


def _checked_days(setting: str, text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_DAYS:
        raise ValueError(
            f"{setting[:40]!r}: expected a whole number of days from 1 to {MOST_DAYS},"
            f" or {_UNSET!r}"
        )
    return int(text)
