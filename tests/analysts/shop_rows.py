"""Shop rows: two days of a small shop in the store, with everything the examples ask about.

Each day, 19 and 20 November 2026, ten visitors come, all in sessions of their own: each looks at
/product/rose, five put it into the cart, three begin to pay, two buy for 12.50 EUR.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from schema import Site, Store, save_site
from schema.closing import close_day, refresh_shown_places

SHOP: Final = "shop.example"
OTHER: Final = "other.example"
DAYS: Final = (date(2026, 11, 19), date(2026, 11, 20))
NOW: Final = datetime(2026, 11, 21, 9, tzinfo=UTC)
VISITORS: Final = 10
# In a row of the other site alone.
FOREIGN: Final = "/zz-foreign"

_SOURCES: Final = (("Google", "Organic Search"), ("", "Direct"))


def fill_shop(store: Store) -> None:
    """Write two sites, the shop's days and one row of the other site."""
    sites = [Site(name=SHOP), Site(name=OTHER)]
    for site in sites:
        save_site(store, site)
    rows = [row for day in DAYS for visitor in range(VISITORS) for row in _session(day, visitor)]
    rows.append(_row(OTHER, DAYS[0], 99, 0, name="pageview", path=FOREIGN))
    columns = list(rows[0])
    store.insert("event_rows", columns, [[row[column] for column in columns] for row in rows])
    store.insert(
        "dropped_rows",
        ("site", "hour", "reason", "detail", "count"),
        [[SHOP, datetime(2026, 11, 20, 8, tzinfo=UTC), "bot", "Googlebot", 3]],
    )
    for site in sites:
        for day in DAYS:
            refresh_shown_places(store, site, day, NOW)
            close_day(store, site, day, NOW)


def _session(day: date, visitor: int) -> Iterator[dict[str, Any]]:
    """Yield a visitor's events, ten seconds apart; low numbers go further."""
    product = {"props": {"product": "Rose"}, "path": "/product/rose"}
    steps: list[dict[str, Any]] = [
        {"name": "pageview", "path": "/", "starts": True, "lcp_ms": 1800, "inp_ms": 90, "cls": 0.1},
        {"name": "pageview", "path": "/product/rose"},
        {"name": "engagement", "path": "/product/rose", "engaged_ms": 9000, "scroll_depth": 70},
        {"name": "Search", "path": "/search", "props": {"results": str(visitor % 3)}},
    ]
    if visitor < 5:
        steps.append({"name": "Add to cart", **product})
    if visitor < 3:
        steps.append({"name": "Checkout started", "path": "/checkout"})
    if visitor < 2:
        steps.append({"name": "Purchase", "path": "/thanks", "revenue": "12.5", "currency": "EUR"})
    number = (day.day * 100) + visitor
    for step, values in enumerate(steps):
        yield _row(SHOP, day, number, step, **values)


def _row(site: str, day: date, visitor: int, step: int, **values: Any) -> dict[str, Any]:
    at = datetime(day.year, day.month, day.day, 10, tzinfo=UTC) + timedelta(seconds=10 * step)
    source, channel = _SOURCES[visitor % 2]
    return {
        "site": site, "day": day, "time": at, "received_at": at, "sample": visitor % 256,
        "visitor": visitor, "session": visitor * 10, "starts": False, "page_id": visitor * 10 + 1,
        "hostname": site, "source": source, "channel": channel,
        "utm_source": "letter" if source else "", "utm_medium": "email" if source else "",
        "utm_campaign": "autumn" if source else "", "device": "Mobile" if source else "Desktop",
        "browser": "Firefox", "os": "Android", "country": "AZ", "region": "AZ-BA", "city": "Baku",
        "interactive": values["name"] != "engagement", "props": {}, "revenue": "0", "currency": "",
        "engaged_ms": 0, "scroll_depth": 0, "lcp_ms": None, "inp_ms": None, "cls": None,
        **values,
    }  # fmt: skip
