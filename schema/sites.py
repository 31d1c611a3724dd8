"""Sites: what is counted, in which time zone and under which rules."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from schema.errors import SchemaError
from schema.store import Store

# Five is the level below which a row folds: what statistics offices use for counts of people.
DEFAULT_SMALL_NUMBER = 5
_NEVER = date(1970, 1, 1)

# What a browser may keep and send: nothing lasting; a random id once the visitor agreed; and
# nothing at all before that.
ConsentMode: TypeAlias = Literal["cookieless", "consent", "strict"]


class UnknownSiteError(SchemaError):
    """No site has this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One site and its rules."""

    name: str
    timezone: str = "UTC"  # IANA: the reporting day's
    next_timezone: str = ""  # the zone that counts from the start of `next_from` on
    next_from: date = _NEVER
    hostnames: tuple[str, ...] = ()  # empty: the name and its subdomains; "*" is any
    small_number: int = DEFAULT_SMALL_NUMBER
    signal: Literal["nobody", "drop"] = "nobody"  # what GPC and DNT do to a pageview
    excluded_networks: tuple[str, ...] = ()  # CIDRs
    excluded_paths: tuple[str, ...] = ()  # patterns with * and **
    rule_modes: tuple[str, ...] = ()  # such as "hosting=drop"; rules not named do as is usual
    keep: tuple[str, ...] = ()  # such as "cities=30", days; classes not named as is usual
    consent: ConsentMode = "cookieless"

    def day_at(self, instant: datetime) -> date:
        """Return the site's local day at an aware instant.

        A changed time zone counts from the start of a day, and days never go back.
        """
        day = _local_day(self.timezone, instant)
        if not self.next_timezone or day < self.next_from:
            return day
        return max(self.next_from, _local_day(self.next_timezone, instant))

    def midnight(self, day: date) -> datetime:
        """Return the instant at which a day of the site begins, in UTC."""
        changed = self.next_timezone and day >= self.next_from
        zone = ZoneInfo(self.next_timezone if changed else self.timezone)
        return datetime.combine(day, time(), zone).astimezone(UTC)


_COLUMNS = [field.name for field in fields(Site)]


def list_sites(store: Store, *, with_removed: bool = False) -> list[Site]:
    """Return all sites, by name; `with_removed` also those that only have rows left."""
    rows = store.run("schema.queries", "list_sites", with_removed=with_removed)
    return [msgspec.convert(dict(zip(_COLUMNS, row, strict=True)), Site) for row in rows]


def get_site(store: Store, name: str) -> Site:
    """Return the site of this name; raises UnknownSiteError."""
    for site in list_sites(store):
        if site.name == name:
            return site
    raise UnknownSiteError(f"no site is named {name!r}: add it with 'footfall site add {name}'")


def save_site(store: Store, site: Site, *, removed: bool = False) -> None:
    """Write a site as it is from now on; its rows of events stay when it is removed."""
    values = [list(v) if isinstance(v, tuple) else v for v in asdict(site).values()]
    columns = [*_COLUMNS, "removed", "changed_at"]
    store.insert("sites", columns, [[*values, removed, datetime.now(UTC)]])


def with_timezone(site: Site, timezone: str, now: datetime) -> Site:
    """Return the site with another time zone, which counts from tomorrow's start on."""
    today = site.day_at(now)
    current = site.timezone
    # A change that has begun is the zone now, once its own clock has reached the day it began with:
    # until then that clock alone would take the day back, and the older zone tells it rightly.
    if site.next_timezone and _local_day(site.next_timezone, now) >= site.next_from <= today:
        current = site.next_timezone
    tomorrow = today + timedelta(days=1)
    return replace(site, timezone=current, next_timezone=timezone, next_from=tomorrow)


def _local_day(timezone: str, instant: datetime) -> date:
    return instant.astimezone(ZoneInfo(timezone)).date()
