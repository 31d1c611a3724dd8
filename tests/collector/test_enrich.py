"""Promise: a beacon becomes an event that names nobody, or a drop that says why."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.decode import Vitals
from collector.enrich import enrich
from collector.event import Drop, Event
from collector.facts.money import Money
from collector.facts.page import Page
from collector.facts.salt import Salt
from collector.facts.visitor import visitor_id
from collector.rules.published import Rules
from collector.rules.site import SiteRules, prepare
from collector.validate import Beacon
from geoip import Locator
from tests.build import CHROME, NOON, SITE, a_beacon, a_connection, a_site

SALT = Salt(date(2026, 6, 15), bytes(range(32)))
NO_DATABASE = Locator([Path("/nonexistent")])
READER = visitor_id(SALT, SITE, a_connection().address, CHROME)
RANDOM = 77


def rules_of(objections: tuple[int, ...] = (), **changes: Any) -> SiteRules:
    sites = {SITE: a_site(**changes)}
    published = Rules(published_at=NOON, sites=sites)
    return prepare(published, lambda _: frozenset(objections)).sites[SITE]


def enriched(beacon: Beacon, rules: SiteRules | None = None) -> Event | Drop:
    return enrich(beacon, rules or rules_of(), SALT, NO_DATABASE, NOON, lambda: RANDOM)


def event_of(beacon: Beacon, rules: SiteRules | None = None) -> Event:
    event = enriched(beacon, rules)
    assert isinstance(event, Event), event
    return event


def reason_of(beacon: Beacon, rules: SiteRules | None = None) -> tuple[str, str] | None:
    found = enriched(beacon, rules)
    return (found.reason, found.detail) if isinstance(found, Drop) else None


def test_a_pageview_has_all_that_was_sent_and_no_more() -> None:
    event = event_of(
        a_beacon(
            "/cart?utm_source=news&utm_medium=email&token=secret",
            referrer="https://www.google.com/search?q=words",
            props={"size": "L"},
            money=Money(Decimal("12.50"), "AZN"),
            page_id="page",
            consent_id="consent",
            id="resend",
            screen_width=390.0,
            timezone="Asia/Baku",
            language="az-Latn-AZ",
        ),
        rules_of(consent="consent"),
    )
    assert (event.site, event.day, event.time, event.received_at) == (SITE, SALT.day, NOON, NOON)
    assert (event.hostname, event.path) == (SITE, "/cart")
    assert event.referrer == "https://www.google.com/search"
    assert (event.source, event.channel) == ("news", "Email")
    assert (event.utm_source, event.utm_medium) == ("news", "email")
    assert (event.device, event.browser, event.os) == ("Desktop", "Chrome", "Windows")
    assert (event.country, event.region, event.timezone) == ("AZ", "", "Asia/Baku")
    assert (event.language, event.screen) == ("az", "<576")
    assert (event.props, event.revenue, event.currency) == ({"size": "L"}, Decimal("12.50"), "AZN")
    assert event.visitor == READER
    assert event.sample == READER >> 56
    assert event.page_id
    assert event.consent_id
    assert event.resend_id
    encoded = msgspec.json.encode(event)
    for secret in (b"203.0.113", b"Mozilla", b"Latn", b"words", b'page"', b'consent"', b'resend"'):
        assert secret not in encoded


def test_measures_are_those_of_an_engagement_only() -> None:
    measures: dict[str, Any] = {
        "engaged_ms": 1500,
        "scroll_depth": 40,
        "vitals": Vitals(lcp=1200.4, cls=0.02),
    }
    event = event_of(a_beacon(name="engagement", **measures))
    assert (event.engaged_ms, event.scroll_depth, event.lcp_ms, event.inp_ms) == (
        1500,
        40,
        1200,
        None,
    )
    assert event.cls == 0.02
    event = event_of(a_beacon(**measures))
    assert (event.engaged_ms, event.scroll_depth, event.lcp_ms, event.cls) == (0, 0, None, None)


def test_a_resend_id_is_the_visitors_own() -> None:
    mine = event_of(a_beacon(id="x"))
    others = event_of(a_beacon(id="x", connection=a_connection("203.0.113.8")))
    assert mine.resend_id == event_of(a_beacon(id="x", name="Other")).resend_id
    assert mine.resend_id != others.resend_id


def test_a_signal_counts_for_nobody() -> None:
    event = event_of(
        a_beacon(has_signal=True, page_id="page", consent_id="consent", timezone="Asia/Baku")
    )
    assert (event.visitor, event.sample, event.page_id, event.consent_id) == (0, RANDOM, 0, 0)
    assert (event.country, event.region, event.city) == ("AZ", "", "")


def test_a_site_that_asks_for_no_consent_keeps_no_consent_id() -> None:
    assert event_of(a_beacon(consent_id="consent")).consent_id == 0


@pytest.mark.parametrize("name", ["pageview", "engagement", "Purchase"])
def test_a_strict_site_counts_nobody_without_consent(name: str) -> None:
    rules = rules_of(consent="strict")
    assert reason_of(a_beacon(name=name), rules) == ("no_consent", "")
    assert reason_of(a_beacon(name=name, has_signal=True), rules) == ("no_consent", "")
    assert event_of(a_beacon(name=name, consent_id="consent"), rules).consent_id


def test_a_consent_is_no_condition_where_it_is_only_asked_for() -> None:
    event = event_of(a_beacon(), rules_of(consent="consent"))
    assert (event.visitor, event.consent_id) == (READER, 0)


def test_an_engagement_of_nobody_is_dropped() -> None:
    assert reason_of(a_beacon(has_signal=True, name="engagement")) == ("signal", "")


def test_a_site_may_drop_what_comes_with_a_signal() -> None:
    assert reason_of(a_beacon(has_signal=True), rules_of(signal="drop")) == ("signal", "")
    assert reason_of(a_beacon(), rules_of(signal="drop")) is None


@pytest.mark.parametrize("has_signal", [False, True])
def test_an_objection_always_drops(has_signal: bool) -> None:
    beacon = a_beacon(has_signal=has_signal)
    assert reason_of(beacon, rules_of(objections=(READER,))) == ("objection", "")
    assert reason_of(beacon, rules_of(objections=(READER + 1,))) is None


@pytest.mark.parametrize("referrer", [f"https://{SITE}/a", f"https://www.{SITE}/", "https://"])
def test_the_sites_own_pages_are_no_source(referrer: str) -> None:
    event = event_of(a_beacon(referrer=referrer))
    assert (event.referrer, event.source, event.channel) == ("", "", "Direct")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://shop.example", "/"),
        ("https://shop.example/a?b#/c", "/a"),
        ("https://shop.example/ki%C5%9Fi", "/kişi"),
        ("https://shop.example/%FF", "/%FF"),
        ("https://shop.example/a%00b", "/a%00b"),
        ("https://shop.example/user/jo.doe%40mail.example/x", "/user/[email]/x"),
        ("https://shop.example/user/jo@mail.example", "/user/[email]"),
    ],
)
def test_a_path_is_readable_and_names_nobody(url: str, path: str) -> None:
    assert event_of(a_beacon(url=url)).path == path


def test_a_servers_time_is_its_own_and_never_ahead() -> None:
    earlier = NOON - timedelta(hours=1)
    assert event_of(a_beacon(time=earlier)).time == earlier
    assert event_of(a_beacon(time=NOON + timedelta(seconds=30))).time == NOON
    assert event_of(a_beacon(time=earlier)).received_at == NOON


BEACONS = st.builds(
    a_beacon,
    name=st.text(min_size=1),
    page=st.builds(Page, st.text(), st.text().map("/".__add__)),
    query=st.text(),
    referrer=st.text(),
    user_agent=st.text(),
    has_signal=st.booleans(),
    is_automated=st.booleans(),
    timezone=st.text(),
    language=st.text(),
    screen_width=st.none() | st.floats(allow_nan=False),
    time=st.none() | st.datetimes(timezones=st.just(UTC), min_value=datetime(2026, 6, 14)),  # noqa: DTZ001
)


@given(BEACONS)
def test_any_beacon_is_counted_or_dropped_and_can_be_kept(beacon: Beacon) -> None:
    found = enriched(beacon, rules_of(hostnames=("*",)))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=type(found)) == found
