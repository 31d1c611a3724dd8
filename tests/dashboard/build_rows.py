"""Builders of event rows, as the writer inserts them; a test shows only what matters to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from schema import Site, Store, migrate, open_embedded, save_site

SITE = "shop.example"

# Every column a row names; what a test does not say is as on an event with nothing known.
_DEFAULTS: dict[str, Any] = {
    "site": SITE,
    "day": None,
    "time": None,
    "received_at": None,
    "sample": 0,
    "name": "pageview",
    "visitor": 1,
    "session": 1,
    "starts": False,
    "page_id": 0,
    "consent_id": 0,
    "hostname": SITE,
    "path": "/",
    "referrer": "",
    "source": "",
    "channel": "Direct",
    "utm_source": "",
    "utm_medium": "",
    "utm_campaign": "",
    "utm_term": "",
    "utm_content": "",
    "device": "Desktop",
    "browser": "Firefox",
    "browser_version": "128",
    "os": "Linux",
    "os_version": "6",
    "country": "AZ",
    "region": "",
    "city": "",
    "timezone": "",
    "language": "az",
    "screen": "Desktop",
    "props": {},
    "revenue": 0,
    "currency": "",
    "interactive": True,
    "engaged_ms": 0,
    "scroll_depth": 0,
    "lcp_ms": None,
    "inp_ms": None,
    "cls": None,
}


def at(text: str) -> datetime:
    """Return an instant from "2026-11-20 10:00", UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def event_row(time: datetime, **values: Any) -> dict[str, Any]:
    """Return a row of event_rows; `day` is the UTC day unless said."""
    unknown = values.keys() - _DEFAULTS.keys()
    assert not unknown, unknown
    row = {**_DEFAULTS, "day": time.date(), "time": time, "received_at": time, **values}
    if row["visitor"] == 0:
        row["session"] = 0
    return row


def insert_rows(store: Store, rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows of event_rows as one batch; sessions follow by themselves."""
    columns = list(_DEFAULTS)
    store.insert("event_rows", columns, [[row[column] for column in columns] for row in rows])


@contextmanager
def a_store(path: Path, *sites: Site) -> Iterator[Store]:
    """Open an embedded database with all tables and these sites."""
    store = open_embedded(path)
    try:
        migrate(store)
        for site in sites:
            save_site(store, site)
        yield store
    finally:
        store.close()
