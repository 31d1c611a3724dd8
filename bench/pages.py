"""Pages: how long the overview, and an answer of the API, take over a year of ten million events.

    python -m bench.pages [ROWS]

The rows are made in the engine, their days closed as the routine job closes them; then the pages
are opened as a browser opens them, with none beside.  Prints one JSON object.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final
from urllib.request import Request, urlopen

from bench.reader import signed_in
from schema import Site, Store, migrate, open_embedded, statement
from schema.closing import close_day, days_to_close, refresh_shown_places
from schema.sites import save_site
from tests.installation import installation

ROWS: Final = 10_000_000
_DAYS: Final = 365
_TIMES: Final = 15
_SITE: Final = Site(name="shop.example")
_VIEWS: Final = {
    "7 days": "period=7d",
    "30 days": "period=30d",
    "12 months": "period=12mo",
    "12 months, one country": "period=12mo&f=country:is:AZ",
    "12 months, one page": "period=12mo&f=page:is:/products/1",
}
_METRICS: Final = ["visitors", "visits", "pageviews", "bounce_rate", "visit_duration"]


def main() -> None:
    """Make rows, open the pages, print the figures."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as directory:
        data = Path(directory) / "data"
        store = open_embedded(data / "clickhouse")
        migrate(store)
        save_site(store, _SITE)
        _make_rows(store, rows)
        closing_s = _close_days(store)
        store.close()
        with installation(data, FOOTFALL_RETENTION_DAYS="400") as running:
            token = running.command("token", "add", "bench", "--scope", "stats")["token"]
            browser = signed_in(running)
            pages = {
                name: _timed(lambda query=query: browser(f"/sites/{_SITE.name}?{query}"))  # type: ignore[misc]
                for name, query in _VIEWS.items()
            }
            answer = _timed(lambda: _ask(running.internal, token))
            print(json.dumps({
                "rows": rows,
                "closing_a_day_ms": round(closing_s / _DAYS * 1_000),
                "overview_ms": pages,
                "api_12_months_by_page_ms": answer,
                "resident_mb": running.resident_mb(),
            }, indent=2))  # fmt: skip


def _make_rows(store: Store, rows: int) -> None:
    """Insert a month at a time: a part's columns are in memory until it is written."""
    a_day = rows // _DAYS
    since = datetime.now(UTC).date() - timedelta(days=_DAYS)
    for first in range(0, a_day * _DAYS, 30 * a_day):
        values = {
            "since": since,
            "a_day": a_day,
            "first": first,
            "count": min(30 * a_day, a_day * _DAYS - first),
        }
        store.command(statement("bench", "made_events"), values)


def _close_days(store: Store) -> float:
    """Close every day that is over and return how long that took, in seconds."""
    began_s, now = time.monotonic(), datetime.now(UTC)
    days: list[date] = days_to_close(store, _SITE, now)
    for day in days:
        refresh_shown_places(store, _SITE, day, now)
        close_day(store, _SITE, day, now)
    return time.monotonic() - began_s


def _timed(look: Callable[[], object]) -> dict[str, float]:
    look()  # warms what is kept between two
    times_ms = []
    for _ in range(_TIMES):
        began_s = time.monotonic()
        look()
        times_ms.append((time.monotonic() - began_s) * 1_000)
    return {"median": round(median(times_ms)), "p95": round(quantiles(times_ms, n=20)[-1])}


def _ask(url: str, token: str) -> Any:
    question = {
        "site_id": _SITE.name,
        "metrics": _METRICS,
        "date_range": "12mo",
        "dimensions": ["event:page"],
    }
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = Request(f"{url}/api/v2/query", json.dumps(question).encode(), headers)
    with urlopen(request, timeout=60) as answer:
        return json.load(answer)


if __name__ == "__main__":
    main()
