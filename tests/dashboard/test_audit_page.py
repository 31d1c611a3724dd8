"""Audit page: owners search who did what; nobody else sees it, and looking is on record, too."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import httpx
import pytest

from privacy.audit import AuditLog
from schema import Site, Store, save_site
from tests.dashboard.build_rows import a_store
from tests.dashboard.serve import add_user, an_app, serving, sign_in

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OWNER = "owner@shop.example"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with a_store(tmp_path / "db") as opened:
        yield opened


@pytest.fixture
def owner(store: Store, tmp_path: Path) -> Iterator[httpx.Client]:
    """Return a signed-in owner's browser, over a log with sixty exports of two days."""
    add_user(store, OWNER)
    moments = iter([NOW, *(datetime(2026, 11, 18 + n % 2, n % 24, tzinfo=UTC) for n in range(60))])
    log = AuditLog(store, clock=moments.__next__)
    for number in range(60):
        log.record(actor="cli", action="export", site="shop.example", rows=number, detail="=1+1")
    with (
        serving(an_app(store, tmp_path, lambda: NOW)) as url,
        httpx.Client(base_url=url) as client,
    ):
        sign_in(client, OWNER)
        yield client


def test_a_search_by_who_what_and_when_shows_what_matches(owner: httpx.Client) -> None:
    exports = owner.get("/audit?action=export&site=shop.example")
    second = owner.get("/audit?action=export&page=2")
    one_day = owner.get("/audit?who=cli&from=2026-11-18&until=2026-11-18")
    mine = owner.get(f"/audit?who={OWNER}&action=sign_in")
    none = owner.get("/audit?site=other.example")

    assert "60 records" in exports.text
    assert "Page 1 of 2" in exports.text
    assert exports.text.count("<time ") == 50
    assert second.text.count("<time ") == 10
    assert "30 records" in one_day.text
    assert "1 record<" in mine.text
    assert "No record matches" in none.text


def test_the_file_has_all_that_match_and_runs_nothing(owner: httpx.Client) -> None:
    rows = list(csv.DictReader(StringIO(owner.get("/audit.csv?action=export").text)))

    assert len(rows) == 60
    assert rows[0]["at"] == "2026-11-19T23:00:00+00:00"
    assert rows[0]["detail"] == "'=1+1"


def test_looking_is_on_record_without_what_was_looked_for(
    owner: httpx.Client, store: Store
) -> None:
    owner.get("/audit?who=somebody@shop.example")
    owner.get("/audit.csv")

    seen = store.rows(
        "SELECT action, rows, detail FROM audit_rows WHERE detail LIKE 'audit%' ORDER BY at"
    )
    assert seen == [("view", 0, "audit by who"), ("export", 62, "audit by all")]


@pytest.mark.parametrize("role", ["analyst", "viewer"])
def test_the_log_is_no_page_for_other_roles(owner: httpx.Client, store: Store, role: str) -> None:
    add_user(store, "other@shop.example", role)  # type: ignore[arg-type]  # one of them
    with httpx.Client(base_url=owner.base_url) as other:
        sign_in(other, "other@shop.example")
        assert other.get("/audit").status_code == 404
        assert other.get("/audit.csv").status_code == 404


def test_an_owner_of_one_site_sees_what_was_done_with_it_alone(
    owner: httpx.Client, store: Store
) -> None:
    save_site(store, Site(name="other.example", timezone="UTC"))
    add_user(store, "half@shop.example", sites=("other.example",))
    AuditLog(store).record(actor="cli", action="export", site="other.example", rows=1)
    with httpx.Client(base_url=owner.base_url) as half:
        sign_in(half, "half@shop.example")
        assert "1 record<" in half.get("/audit").text


@pytest.mark.parametrize("query", ["from=yesterday", "page=0", "page=x", "who=" + "x" * 300])
def test_an_address_that_cannot_be_read_is_told(owner: httpx.Client, query: str) -> None:
    assert owner.get(f"/audit?{query}").status_code == 400
