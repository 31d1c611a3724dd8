"""Refused: what is there but not for who asks looks as if it were not there, and is on record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from schema import Site, Store, save_site
from schema.tokens import new_token, save_token
from tests.dashboard.build_rows import SITE, a_store
from tests.dashboard.serve import add_user, an_app, serving, sign_in

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HIDDEN = "hidden.example"
SELLER = "seller@shop.example"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with a_store(tmp_path / "db", Site(name=SITE)) as opened:
        save_site(opened, Site(name=HIDDEN))
        yield opened


@pytest.fixture
def client(store: Store, tmp_path: Path) -> Iterator[httpx.Client]:
    with serving(an_app(store, tmp_path, lambda: NOW)) as url, httpx.Client(base_url=url) as found:
        yield found


def refusals(store: Store) -> list[tuple[str, str, str]]:
    return store.rows(
        "SELECT actor, site, detail FROM audit_rows WHERE action = 'refused' ORDER BY number"
    )


def test_a_page_of_another_role_and_another_site_are_noted(
    store: Store, client: httpx.Client
) -> None:
    user = add_user(store, SELLER, "seller", sites=(SITE,), path_prefixes=("/mine",))
    sign_in(client, SELLER)
    days = "since=2026-11-20&until=2026-11-20"
    for path in (
        "/audit",
        f"/sites/{HIDDEN}",
        f"/sites/{SITE}/export/file?dataset=events&format=csv&{days}",
    ):
        assert client.get(path).status_code == 404, path
    who = str(user.id)
    assert refusals(store) == [(who, "", "audit"), (who, HIDDEN, ""), (who, SITE, "rows")]


def test_what_is_not_there_is_no_refusal(store: Store, client: httpx.Client) -> None:
    add_user(store, SELLER, "seller", sites=(SITE,), path_prefixes=("/mine",))
    sign_in(client, SELLER)
    refused = client.get(f"/sites/{HIDDEN}").text
    missing = client.get("/sites/nowhere.example").text
    assert client.get("/nowhere").status_code == 404
    assert refused == missing, "the two look alike"
    assert len(refusals(store)) == 1


def test_a_token_that_asks_for_another_site_is_noted(store: Store, client: httpx.Client) -> None:
    token, secret = new_token("report", "stats", (SITE,))
    save_token(store, token)
    bearer = {"Authorization": f"Bearer {secret}"}
    path = f"/api/v1/stats/aggregate?site_id={HIDDEN}"
    assert client.get(path, headers=bearer).status_code == 404
    assert refusals(store) == [(str(token.id), HIDDEN, "")]
