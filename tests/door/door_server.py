"""Door server: a dashboard with two sites' rows, its door, and tokens for one of them and for all.

What the sites hold is worked out by hand: `mine.example` has six visitors on Monday, five of them
in Baku and one in Gence, below the small number; `other.example` has one, whose rows must never be
seen with the token for mine.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import httpx

from schema import Site, Store, save_site
from schema.closing import close_day, refresh_shown_places
from schema.tokens import Scope, new_token, save_token
from tests.dashboard.serve import an_app, serving

MONDAY: Final = date(2026, 6, 1)
NOON: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)
NOW: Final = datetime(2026, 6, 3, 9, tzinfo=UTC)
# Stands in other.example's rows alone, in every column that could hold it.
FOREIGN: Final = "zzforeign"
TOKEN_NAME: Final = "reports"

_COLUMNS: Final = (
    "site", "day", "time", "received_at", "sample", "name", "visitor", "session", "starts",
    "hostname", "path", "source", "channel", "device", "country", "region", "city", "revenue",
    "currency",
    "interactive", "props",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DoorServer:
    """Where the door is, and what opens it."""

    url: str  # of the door, with a / at its end
    port: int
    mine: str  # a token of scope sql for mine.example, named TOKEN_NAME
    everything: str  # one for all sites, named "all"
    stats: str  # one of another scope
    store: Store
    client: httpx.Client  # one connection for many questions


def fill(store: Store) -> None:
    """Write the sites, their rows and Monday's totals."""
    sites = [Site(name=name, hostnames=(name,)) for name in ("mine.example", "other.example")]
    for site in sites:
        save_site(store, site)
    rows = [_row("mine.example", visitor, "/pricing", "Baku", "AZ-BA") for visitor in range(1, 6)]
    rows.append(_row("mine.example", 6, "/", "Gence", "AZ-GA"))
    rows.append(_row("mine.example", 1, "/checkout", "Baku", "AZ-BA", name="Purchase", at_s=30))
    rows.append(_row("other.example", 99, f"/{FOREIGN}", FOREIGN, FOREIGN))
    store.insert("event_rows", _COLUMNS, rows)
    store.insert(
        "dropped_rows",
        ("site", "hour", "reason", "detail", "count"),
        [
            ["mine.example", NOON, "bot", "Googlebot", 3],
            ["other.example", NOON, "bot", FOREIGN, 4],
        ],
    )
    for site in sites:
        refresh_shown_places(store, site, MONDAY, NOW)
        close_day(store, site, MONDAY, NOW)


@contextmanager
def door_serving(store: Store, data: Path) -> Iterator[DoorServer]:
    """Serve the dashboard over a filled store."""
    with serving(an_app(store, data, lambda: NOW)) as url, httpx.Client(timeout=60) as client:
        yield DoorServer(
            url=f"{url}/clickhouse/",
            port=int(url.rpartition(":")[2]),
            mine=_token(store, TOKEN_NAME, "sql", "mine.example"),
            everything=_token(store, "all", "sql"),
            stats=_token(store, "figures", "stats"),
            store=store,
            client=client,
        )


def _token(store: Store, name: str, scope: Scope, *sites: str) -> str:
    token, secret = new_token(name, scope, sites)
    save_token(store, token)
    return secret


def _row(
    site: str,
    visitor: int,
    path: str,
    city: str,
    region: str,
    *,
    name: str = "pageview",
    at_s: int = 0,
) -> list[object]:
    """Return one event's row; a purchase is of 12.50 manat."""
    at = NOON + timedelta(seconds=at_s)
    is_purchase = name == "Purchase"
    return [
        site, MONDAY, at, at, visitor, name, visitor, visitor * 10, not is_purchase, site, path,
        "Google" if visitor % 2 else "", "Organic Search" if visitor % 2 else "Direct", "Mobile",
        "AZ", region, city, "12.5" if is_purchase else "0", "AZN" if is_purchase else "", True,
        {"plan": "gold"} if is_purchase else {},
    ]  # fmt: skip
