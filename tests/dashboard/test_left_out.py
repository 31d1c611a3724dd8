"""Left out: what was not counted is told by reason and day, with what to do, to who may know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import httpx
import pytest
from starlette.datastructures import QueryParams

from collector.event import DROP_REASONS
from dashboard.address import asked_view
from dashboard.figures.ledger import TRIAL, read_left_out, read_left_out_days
from dashboard.figures.view import View
from dashboard.rendering import names
from schema import Site, Store
from tests.dashboard.build_rows import SITE, a_store, at, event_row, insert_rows
from tests.dashboard.serve import add_user, an_app, serving, sign_in

BAKU = Site(name=SITE, timezone="Asia/Baku")
NOW = at("2026-11-18 10:00")
# Seven hosts, one more beacon of each than of the one before it: 28 in all.
SPAM = [(f"spam{number}.example", number) for number in range(1, 8)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with a_store(tmp_path_factory.mktemp("left-out") / "db", BAKU) as opened:
        insert_rows(opened, [event_row(NOW, path="/mine"), event_row(at("2026-11-02 10:00"))])
        rows = [
            # 20:00 UTC is midnight in Baku: the 17th, and the 18th, begin there.
            ("2026-11-16 19:00", "bot", "Googlebot", 1_000),
            ("2026-11-16 20:00", "bot", "Googlebot", 40),
            ("2026-11-17 19:00", "bot", "curl", 20),
            ("2026-11-17 20:00", "hostname", "copy.example", 12),
            ("2026-11-17 20:00", "shadow:hosting", "Example Cloud", 9),
            ("2026-11-18 08:00", "shadow:hosting", "<b>Cloud</b>", 3),
            *(("2026-11-18 08:00", "spam", host, count) for host, count in SPAM),
        ]
        columns = ["site", "hour", "reason", "detail", "count"]
        opened.insert("dropped_rows", columns, [[SITE, at(row[0]), *row[1:]] for row in rows])
        yield opened


@pytest.fixture(scope="module")
def address(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    add_user(store, "owner@shop.example")
    add_user(store, "seller@shop.example", "seller", sites=(SITE,), path_prefixes=("/mine",))
    with serving(an_app(store, tmp_path_factory.mktemp("data"), lambda: NOW)) as url:
        yield url


def view_of(query: str, prefixes: tuple[str, ...] = ()) -> View:
    return asked_view(QueryParams(query), BAKU, NOW, prefixes).view


TWO_DAYS = "period=custom&from=2026-11-17&until=2026-11-18"
BEFORE = "period=custom&from=2026-11-01&until=2026-11-02"


def test_reasons_are_counted_in_the_sites_days_with_a_few_examples(store: Store) -> None:
    found = read_left_out(store, view_of(TWO_DAYS))
    assert found.beacons == 60 + 12 + 28
    assert [(each.name, each.beacons, each.share) for each in found.reasons] == [
        ("bot", 60, 0.6),
        ("spam", 28, 0.28),
        ("hostname", 12, 0.12),
    ]
    assert found.reasons[0].samples == [("Googlebot", 40), ("curl", 20)]
    assert found.reasons[1].samples == SPAM[:1:-1]


def test_what_a_rule_on_trial_found_was_counted_and_stands_apart(store: Store) -> None:
    [hosting] = read_left_out(store, view_of(TWO_DAYS)).on_trial
    assert (hosting.name, hosting.beacons, hosting.share) == ("hosting", 12, None)
    assert hosting.samples == [("Example Cloud", 9), ("<b>Cloud</b>", 3)]


def test_days_have_bots_and_the_others(store: Store) -> None:
    days = [(date(2026, 11, 17), 60, 0), (date(2026, 11, 18), 0, 40)]
    assert read_left_out_days(store, view_of(TWO_DAYS)) == days
    assert read_left_out_days(store, view_of(BEFORE)) == []


def test_a_filter_does_not_reach_the_ledger(store: Store) -> None:
    assert read_left_out(store, view_of(f"{TWO_DAYS}&f=country:is:AZ")).beacons == 100


def test_a_seller_learns_how_many_and_nothing_else(store: Store, address: str) -> None:
    found = read_left_out(store, view_of(TWO_DAYS, ("/mine",)))
    assert (found.beacons, found.reasons, found.on_trial) == (100, [], [])
    with httpx.Client(base_url=address) as seller:
        sign_in(seller, "seller@shop.example")
        assert seller.get(f"/sites/{SITE}/dropped").status_code == 404
        page = seller.get(f"/sites/{SITE}?{TWO_DAYS}").text
        assert "copy.example" not in page
        assert "/dropped" not in page


def test_the_overview_leads_to_the_page_that_says_what_to_do(address: str, store: Store) -> None:
    with httpx.Client(base_url=address) as owner:
        sign_in(owner, "owner@shop.example")
        overview = owner.get(f"/sites/{SITE}?{TWO_DAYS}").text
        assert "Another hostname" in overview
        assert "hosting" not in overview
        assert f"/sites/{SITE}/dropped?{TWO_DAYS.replace('&', '&amp;')}" in overview
        page = owner.get(f"/sites/{SITE}/dropped?{TWO_DAYS}").text
        assert f"footfall site set {SITE} --hostname HOST" in page
        assert "copy.example" in page
        assert page.index("Would have been left out") < page.index("Hosting networks")
        assert "--rule hosting=drop" in page
        assert "&lt;b&gt;Cloud" in page
        empty = owner.get(f"/sites/{SITE}/dropped?{BEFORE}")
        assert "Nothing was left out in this period." in empty.text
    seen = store.rows(
        "SELECT action, site, rows, detail FROM audit_rows WHERE detail = 'dropped'"
        " ORDER BY rows DESC"
    )
    assert seen == [("view", SITE, 4, "dropped"), ("view", SITE, 0, "dropped")]


def test_every_reason_of_the_collector_has_a_name_and_a_sentence() -> None:
    assert {reason.removeprefix(TRIAL) for reason in DROP_REASONS} <= set(names.REASONS)
    assert set(names.REASONS) == set(names.REASON_HELP)
