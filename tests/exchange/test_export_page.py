"""Export page: everybody takes out what their role may see, and no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from schema import Store, save_site
from tests.build import SITE, a_site
from tests.dashboard.serve import add_user, an_app, serving, sign_in
from tests.exchange.test_export import count

DAY = date(2026, 6, 16)
DAYS = {"since": "2026-06-16", "until": "2026-06-16", "format": "ndjson"}


@pytest.fixture
def address(embedded_store: Store, tmp_path: Path) -> Iterator[str]:
    """Return the address of a dashboard with a closed day of figures."""
    save_site(embedded_store, a_site())
    save_site(embedded_store, a_site("other.example"))
    count(embedded_store, DAY, {"/s/a": 9, "/s/b": 6, "/s/c": 2, "/other": 7})
    app = an_app(embedded_store, tmp_path, lambda: datetime(2026, 6, 17, 12, tzinfo=UTC))
    with serving(app) as found:
        yield found


@contextmanager
def signed_in(address: str, email: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address) as client:
        assert sign_in(client, email).status_code == 303
        yield client


def test_an_analyst_downloads_events_and_it_is_noted(address: str, embedded_store: Store) -> None:
    user = add_user(embedded_store, "ana@mail.example", "analyst")

    with signed_in(address, user.email) as client:
        page = client.get(f"/sites/{SITE}/export")
        answer = client.get(f"/sites/{SITE}/export/file", params={"dataset": "events", **DAYS})

    assert page.status_code == 200
    assert all(f'value="{name}"' in page.text for name in ("events", "sessions", "parquet"))
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="{SITE}-events-2026-06-16-2026-06-16.ndjson"'
    )
    assert len(answer.text.splitlines()) == 24
    noted = embedded_store.rows(
        "SELECT actor, site, rows, detail FROM audit_rows WHERE action = 'export'"
    )
    assert noted == [(str(user.id), SITE, 24, "events 2026-06-16 to 2026-06-16")]


@pytest.mark.parametrize(("role", "dataset"), [("viewer", "events"), ("seller", "dropped")])
def test_what_a_role_may_not_see_is_not_found(
    address: str, embedded_store: Store, role: str, dataset: str
) -> None:
    add_user(embedded_store, "who@mail.example", role, path_prefixes=("/s/",))  # type: ignore[arg-type]

    with signed_in(address, "who@mail.example") as client:
        page = client.get(f"/sites/{SITE}/export")
        answer = client.get(f"/sites/{SITE}/export/file", params={"dataset": dataset, **DAYS})

    assert f'<option value="{dataset}">' not in page.text
    assert answer.status_code == 404


def test_a_seller_gets_small_pages_together(address: str, embedded_store: Store) -> None:
    add_user(embedded_store, "seller@mail.example", "seller", path_prefixes=("/s/",))

    with signed_in(address, "seller@mail.example") as client:
        answer = client.get(f"/sites/{SITE}/export/file", params={"dataset": "daily", **DAYS})

    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert [(row["page"], row["visitors"]) for row in rows] == [
        ("/s/a", 9),
        ("Other (fewer than 5 visitors)", 8),
    ]


def test_another_site_is_not_found_and_a_wrong_day_is_named(
    address: str, embedded_store: Store
) -> None:
    add_user(embedded_store, "ana@mail.example", "analyst", sites=(SITE,))

    with signed_in(address, "ana@mail.example") as client:
        other = client.get("/sites/other.example/export/file", params={"dataset": "events", **DAYS})
        wrong = client.get(
            f"/sites/{SITE}/export/file", params={"dataset": "events", **DAYS, "until": "may"}
        )

    assert other.status_code == 404
    assert (wrong.status_code, "until: expected a day such as" in wrong.text) == (400, True)


def test_nobody_who_is_not_signed_in_gets_a_file(address: str) -> None:
    answer = httpx.get(f"{address}/sites/{SITE}/export/file", params={"dataset": "events", **DAYS})

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")
