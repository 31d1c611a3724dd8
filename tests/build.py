"""Builders: whole records of which a test names only what matters to it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from collector.event import PAGEVIEW, Event
from collector.facts.page import page_of, split_url
from collector.listener.address import parse_address
from collector.listener.connection import Connection
from collector.validate import Beacon
from schema.sites import Site

SITE = "shop.example"

# Noon in London and 16:00 in Baku, on a Monday.
NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/142.0.0.0 Safari/537.36"
)


def a_site(name: str = SITE, **changes: Any) -> Site:
    """Return a site."""
    return Site(name=name, **changes)


def a_connection(address: str = "203.0.113.7", **changes: Any) -> Connection:
    """Return a browser's connection."""
    parsed = parse_address(address)
    assert parsed is not None, address
    return Connection(parsed, **{"user_agent": CHROME, **changes})


def a_beacon(path: str = "/", **changes: Any) -> Beacon:
    """Return a pageview's beacon; `path` may have a query, `url` says the whole address."""
    location, query = split_url(changes.pop("url", f"https://{SITE}{path}"))
    page = page_of(location)
    assert page is not None, location
    connection = changes.pop("connection", None) or a_connection()
    beacon = Beacon(
        (SITE,), PAGEVIEW, page, query, connection, connection.address, connection.user_agent
    )
    return msgspec.structs.replace(beacon, **changes)


def an_event(**changes: Any) -> Event:
    """Return a pageview of a visitor."""
    fields: dict[str, Any] = {
        "site": SITE,
        "received_at": NOON,
        "time": changes.get("received_at", NOON),
        "day": date(2026, 6, 15),
        "name": PAGEVIEW,
        "visitor": 7,
        "sample": 7,
        "hostname": SITE,
        "path": "/",
    }
    return Event(**fields | changes)
