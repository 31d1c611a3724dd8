"""Demonstration: a shop with a month of traffic behind it, made once for an empty store.

The traffic comes as journal records in a slot of its own, so that it goes the way every beacon
goes: the writer gives it sessions and inserts it, and the housekeeper closes its days.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Final

import structlog

from collector.journal.journal import Position, read_synced, write_segments
from footfall.commands import Context
from footfall.demo.records import DAYS, VISITORS, demo_records
from footfall.demo.shop import load_shop
from schema import Site, UnknownSiteError, get_site, save_site

JOURNAL_SLOT: Final = "demo"
TIMEZONE: Final = "Asia/Baku"

# Read segments are freed at once, the newest never: small ones leave little behind.
_SEGMENT_BYTES: Final = 2 * 1024 * 1024

_log = structlog.get_logger(__name__)


def seed_demo(
    context: Context,
    *,
    now: datetime | None = None,
    days: int = DAYS,
    visitors: int = VISITORS,
) -> int:
    """Make the shop's site and, for an empty one, its traffic; return how many records.

    Call it before the writer starts; what it wrote once it never writes again.  `now` is an aware
    UTC instant, the clock's when None.
    """
    began_s = time.monotonic()
    shop = load_shop()
    site = _site(context, shop.site)
    directory = context.paths.journal / JOURNAL_SLOT
    if read_synced(directory) != Position(0, 0) or _has_events(context, site):
        return 0
    now = now or datetime.now(UTC)
    records = demo_records(site, shop, now, days=days, visitors=visitors)
    count = write_segments(
        directory, records, segment_bytes=_SEGMENT_BYTES, keys=context.config.keys
    )
    _log.info("demo_seeded", records=count, seconds=round(time.monotonic() - began_s, 1))
    return count


def _site(context: Context, name: str) -> Site:
    """Return the shop's site, added when it is missing."""
    try:
        return get_site(context.store, name)
    except UnknownSiteError:
        # "*": the shop is served from whatever host this machine has, and is to be counted there.
        site = Site(name=name, timezone=TIMEZONE, hostnames=(name, "*"))
        save_site(context.store, site)
        return site


def _has_events(context: Context, site: Site) -> bool:
    rows = context.store.run("footfall.demo.queries", "has_events", site=site.name)
    return bool(rows)


__all__ = ["JOURNAL_SLOT", "TIMEZONE", "seed_demo"]
