"""An owner begins a hold on a page, sees how long it goes on, and ends it; nobody else does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest

from collector.journal.wishes import append_wish
from privacy.audit_search import Search, search_audit
from privacy.holds import list_holds, new_hold
from privacy.records import RowRecord
from privacy.scope import Scope
from privacy.selection import Selection
from schema import Site, Store, save_site
from tests.collector.journals import NOON, minute
from tests.dashboard.serve import add_user, an_app, form_token, serving, sign_in
from tests.privacy.shop import SITE, Shop, a_view

PAGE = "/privacy/holds"
OWNER = "owner@mail.example"
DAY = NOON.date()
UNTIL = DAY + timedelta(days=30)
FORM = {
    "site": SITE,
    "kind": "fraud",
    "from": DAY.isoformat(),
    "to": DAY.isoformat(),
    "filters": "page:is:/cart|/pay\r\n\r\ncountry:is:AZ\r\n",
    "sessions": "",
    "reason": "card <testing>",
    "until": UNTIL.isoformat(),
    "owner": OWNER,
}


@pytest.fixture
def shop(embedded_store: Store, tmp_path: Path) -> Shop:
    for name in (SITE, "hidden.example"):
        save_site(embedded_store, Site(name=name))
    add_user(embedded_store, OWNER, sites=(SITE,))
    found = Shop(embedded_store, tmp_path)
    found.take(a_view(0, 1, "/cart"), a_view(1, 1, "/pay"), a_view(2, 2, "/shoes"))
    return found


@pytest.fixture
def client(shop: Shop) -> Iterator[httpx.Client]:
    """Return an owner's browser before a dashboard whose writer does at once what is asked."""

    def wish(record: RowRecord) -> None:
        append_wish(shop.root, record)
        shop.catch_up()

    with opened(shop, wish) as found:
        yield found


@contextmanager
def opened(shop: Shop, wish: Callable[[RowRecord], None] | None) -> Iterator[httpx.Client]:
    """Yield an owner's browser before a dashboard that has this way to a writer."""
    with (
        serving(an_app(shop.store, shop.data, lambda: minute(60), wish=wish)) as url,
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        sign_in(client, OWNER)
        yield client


def send(client: httpx.Client, **form: str) -> httpx.Response:
    """Send a form of the page, with its token."""
    csrf = form_token(client.get(PAGE))
    return client.post(PAGE, data={"csrf": csrf, **form})


def test_a_hold_is_counted_begun_seen_and_ended(shop: Shop, client: httpx.Client) -> None:
    assert "Nothing is held" in client.get(PAGE).text
    looked = send(client, **FORM, do="look")
    assert "Rows that it would take: <b>2</b>" in looked.text
    assert "Hold these rows" in looked.text
    assert shop.paths() == ["/cart", "/pay", "/shoes"], "nothing is changed by counting"

    begun = send(client, **FORM, do="begin")
    assert begun.status_code == 303
    assert shop.paths() == ["/shoes"]
    shown = client.get(begun.headers["location"]).text
    assert "1 active" in shown
    assert "<p>card &lt;testing&gt;</p>" in shown
    assert "<code>page:is:/cart|/pay</code>" in shown
    assert f"Owner: {OWNER}" in shown
    assert "It is safe on disk" not in shown

    [hold] = list_holds(shop.store)
    assert (hold.kind, hold.reason, hold.ends_on, hold.held) == (
        "fraud", "card <testing>", UNTIL, 2
    )  # fmt: skip
    ended = send(client, id=hold.id, reason="case closed", do="end")
    assert ended.status_code == 303
    assert shop.paths() == ["/cart", "/pay", "/shoes"]
    assert "0 active" in client.get(PAGE).text
    records = search_audit(shop.store, Search(), limit=99).records
    [user] = {record.actor for record in records if record.action == "hold"}
    told = [
        (record.action, record.actor == user, record.rows, record.purpose)
        for record in reversed(records)
        if record.action in ("hold", "release")
    ]
    assert told == [
        ("hold", True, 2, "fraud: card <testing>"),
        ("release", True, 2, "case closed"),
    ]


@pytest.mark.parametrize(("left", "said"), [(15, "active"), (14, "14 days left"), (0, "last day")])
def test_an_end_that_is_near_is_told(
    shop: Shop, client: httpx.Client, left: int, said: str
) -> None:
    hold = new_hold(
        scope=Scope(SITE, minute(10), selection=Selection(DAY, DAY)),
        kind="legal",
        reason="court order 7",
        ends_on=DAY + timedelta(days=left),
        owner="somebody who was removed",
        asked_by="cli",
        today=DAY - timedelta(days=1),
    )
    shop.take(hold)
    shown = client.get(PAGE).text
    assert f">{said}</span>" in shown or f"<td>{said}</td>" in shown
    assert "<p>court order 7</p>" in shown
    assert "somebody who was removed" in shown


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"until": DAY.isoformat()}, "expected a day after"),
        ({"until": ""}, "expected a day as YYYY-MM-DD"),
        ({"reason": " "}, "a reason of 0 characters"),
        ({"filters": "city:is:Baku"}, "FIELD is one of page"),
        ({"sessions": "7, x"}, "session &#39;x&#39;"),
        ({"owner": "viewer@mail.example"}, "expected an account of role owner"),
        ({"owner": "other@mail.example"}, "expected an account of role owner"),
        ({"kind": "restriction"}, "expected one of legal, fraud"),
    ],
)
def test_a_form_that_cannot_be_taken_says_why_and_keeps_what_was_written(
    shop: Shop, client: httpx.Client, changed: dict[str, str], expected: str
) -> None:
    add_user(shop.store, "viewer@mail.example", "viewer")
    add_user(shop.store, "other@mail.example", sites=("hidden.example",))
    for do in ("look", "begin"):
        answer = send(client, **FORM | changed, do=do)
        assert answer.status_code == 400
        assert expected in answer.text
        assert f'value="{DAY.isoformat()}"' in answer.text
    assert len(shop.paths()) == 3


def test_what_is_not_the_owners_is_not_there(shop: Shop, client: httpx.Client) -> None:
    hold = new_hold(
        scope=Scope("hidden.example", minute(10), selection=Selection(DAY, DAY)),
        kind="legal",
        reason="court order 8",
        ends_on=UNTIL,
        owner="u1",
        asked_by="cli",
        today=DAY,
    )
    shop.take(a_view(3, 3, "/theirs", site="hidden.example"), hold)
    assert "court order 8" not in client.get(PAGE).text
    assert "hidden.example" not in client.get(PAGE).text
    assert send(client, id=hold.id, reason="closed", do="end").status_code == 404
    assert send(client, **FORM | {"site": "hidden.example"}, do="look").status_code == 404
    assert send(client, id="0" * 32, reason="closed", do="end").status_code == 400
    assert client.post(PAGE, data=FORM | {"do": "begin"}).status_code == 403
    assert shop.paths("held_rows") == ["/theirs"]


def test_where_no_writer_is_holds_are_shown_alone(shop: Shop) -> None:
    with opened(shop, None) as client:
        shown = client.get(PAGE).text
        assert "footfall privacy hold --help" in shown
        assert "Count the rows" not in shown
        assert send(client, **FORM, do="begin").status_code == 404


def test_what_the_writer_has_not_done_yet_is_said(shop: Shop) -> None:
    with opened(shop, partial(append_wish, shop.root)) as client:
        begun = send(client, **FORM, do="begin")
        assert "It is safe on disk" in client.get(begun.headers["location"]).text
        shop.catch_up()
        assert "It is safe on disk" not in client.get(begun.headers["location"]).text
