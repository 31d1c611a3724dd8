"""What visitors ask waits for an answer with its day, overdue first, and each step is noted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from privacy.audit_search import Search, search_audit
from privacy.errors import UnknownRequestError
from privacy.inbox import file_letter, find_letter, list_letters
from schema import Store
from schema.sites import Site, save_site
from tests.dashboard.serve import add_user, an_app, serving, sign_in

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
COLUMNS = (
    "id", "site", "kind", "state", "asked_at", "due", "contact", "message", "notes", "changed_at",
)  # fmt: skip


def a_letter(store: Store, number: int, due: date, site: str = "shop.example") -> str:
    letter_id = f"{number:032x}"
    asked_at = NOW - timedelta(days=number)
    row = [
        UUID(letter_id), site, "complaint", "open", asked_at, due, "a@mail.example",
        f"letter <{number}>", "", asked_at,
    ]  # fmt: skip
    store.insert("privacy_requests", COLUMNS, [row])
    return letter_id


def test_overdue_ones_come_first_and_closed_ones_last(store: Store) -> None:
    later = a_letter(store, 1, date(2026, 12, 1))
    overdue = a_letter(store, 2, date(2026, 11, 20))
    closed = a_letter(store, 3, date(2026, 11, 1))
    filed = file_letter(store, find_letter(store, closed), "done", "said why", NOW)
    assert filed.notes == "2026-11-21 12:00 UTC, done: said why"

    found = list_letters(store)
    assert [letter.id for letter in found] == [overdue, later, closed]
    assert [letter.is_overdue(NOW.date()) for letter in found] == [True, False, False]
    assert [letter.id for letter in list_letters(store, state="done")] == [closed]
    with pytest.raises(UnknownRequestError):
        find_letter(store, "")


def test_an_owner_answers_on_a_page_and_sees_own_sites_alone(store: Store, tmp_path: Path) -> None:
    for name in ("shop.example", "hidden.example"):
        save_site(store, Site(name=name))
    mine = a_letter(store, 5, date(2026, 11, 20))
    hidden = a_letter(store, 6, date(2026, 11, 20), site="hidden.example")
    add_user(store, "owner@mail.example", sites=("shop.example",))
    with (
        serving(an_app(store, tmp_path, lambda: NOW)) as url,
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        sign_in(client, "owner@mail.example")
        shown = client.get("/privacy/requests").text
        assert "letter &lt;5&gt;" in shown
        assert "letter &lt;6&gt;" not in shown
        assert "overdue" in shown
        csrf = shown.split('name="csrf" value="', 1)[1].split('"', 1)[0]
        form = {"csrf": csrf, "id": mine, "state": "done", "note": "answered by mail"}
        assert client.post("/privacy/requests", data=form | {"csrf": ""}).status_code == 403
        assert client.post("/privacy/requests", data=form | {"id": hidden}).status_code == 404
        assert client.post("/privacy/requests", data=form).status_code == 303
        assert "answered by mail" in client.get("/privacy/requests").text
    assert find_letter(store, mine).state == "done"
    assert find_letter(store, hidden).state == "open"
    asked = search_audit(store, Search(action="request"), limit=9)
    assert [(record.site, record.detail) for record in asked.records] == [
        ("shop.example", "complaint: done")
    ]
