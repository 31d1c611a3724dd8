"""Stats shop: two days of a small shop, served, for tests that work figures out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from schema import Site, Store
from schema.tokens import Scope, new_token, save_token
from tests.dashboard.build_rows import SITE, a_store, at, event_row, insert_rows
from tests.dashboard.serve import an_app, serving

NOW = at("2026-11-20 12:00")
FIRST, SECOND = "2026-11-18", "2026-11-19"
BOTH = [FIRST, SECOND]

_GOOGLE = {"source": "Google", "channel": "Organic Search", "referrer": "https://www.google.com/"}
_BAKU = {"country": "AZ", "region": "AZ-BA", "city": "Baku"}

ROWS = [
    # Visitor 1 comes from Google, reads two pages, buys, and reads on for a minute.
    event_row(
        at(f"{FIRST} 10:00"), visitor=1, session=1, starts=True, path="/", **_GOOGLE, **_BAKU
    ),
    event_row(at(f"{FIRST} 10:01"), visitor=1, session=1, path="/cart", page_id=5, **_BAKU),
    event_row(
        at(f"{FIRST} 10:02"), visitor=1, session=1, path="/cart", name="Purchase",
        revenue=30, currency="AZN", props={"plan": "gold"}, **_BAKU,
    ),
    event_row(
        at(f"{FIRST} 10:03"), visitor=1, session=1, path="/cart", name="engagement", page_id=5,
        engaged_ms=4_000, scroll_depth=50, **_BAKU,
    ),
    # Visitor 2 comes directly, from Türkiye, with a phone, and bounces.
    event_row(
        at(f"{FIRST} 10:30"), visitor=2, session=2, starts=True, path="/cart", country="TR",
        device="Mobile",
    ),
    # Visitor 3 comes from Google late and bounces.
    event_row(at(f"{FIRST} 23:00"), visitor=3, session=3, starts=True, path="/", **_GOOGLE),
    # Nobody looks at the cart.
    event_row(at(f"{FIRST} 11:00"), visitor=0, path="/cart"),
    # Visitor 4 comes directly the next day and buys at once.
    event_row(at(f"{SECOND} 09:00"), visitor=4, session=4, starts=True, path="/"),
    event_row(
        at(f"{SECOND} 09:10"), visitor=4, session=4, path="/", name="Purchase",
        revenue=50, currency="AZN", props={"plan": "silver"},
    ),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shop:
    """The served API and a token for it."""

    store: Store
    app: Starlette
    client: httpx.Client
    token: str

    def query(self, **body: Any) -> dict[str, Any]:
        """Return the answer to a question about both days, visitors unless said."""
        answer = self.post(**body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def rows(self, **body: Any) -> list[tuple[list[str], list[Any]]]:
        """Return an answer's rows, dimensions and metrics of each."""
        return [(row["dimensions"], row["metrics"]) for row in self.query(**body)["results"]]

    def totals(self, *metrics: str, **body: Any) -> list[Any]:
        """Return the metrics of everything chosen."""
        ((_, values),) = self.rows(metrics=metrics, **body)
        return values

    def post(self, token: str = "", **body: Any) -> httpx.Response:
        """Return the answer to a request, whatever it is."""
        whole = {"site_id": SITE, "metrics": ["visitors"], "date_range": BOTH, **body}
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return self.client.post("/api/v2/query", json=whole, headers=headers)

    def get(self, name: str, token: str = "", **parameters: str) -> httpx.Response:
        """Return the answer to an older request."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        whole = {"site_id": SITE, **parameters}
        return self.client.get(f"/api/v1/stats/{name}", params=whole, headers=headers)


@contextmanager
def a_shop(path: Path, *sites: Site, rows: list[dict[str, Any]] = ROWS) -> Iterator[Shop]:
    """Serve the rows of a site, whose small number is 1 unless said: nothing folds."""
    chosen = sites or (Site(name=SITE, small_number=1),)
    with a_store(path / "db", *chosen) as store:
        insert_rows(store, rows)
        token = a_token(store)
        app = an_app(store, path, lambda: NOW)
        with serving(app) as url, httpx.Client(base_url=url, timeout=30) as client:
            yield Shop(store, app, client, token)


def a_token(
    store: Store, name: str = "stats", scope: Scope = "stats", sites: tuple[str, ...] = ()
) -> str:
    """Save a token and return its secret."""
    token, secret = new_token(name, scope, sites)
    save_token(store, token)
    return secret
