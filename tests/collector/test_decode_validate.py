"""Promise: a beacon is taken in every form CONTRACT names, or refused with each bad field named."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from collector.decode import decode
from collector.errors import BeaconError
from collector.listener.connection import Connection
from collector.rules.published import Rules
from collector.rules.site import Door, prepare
from collector.validate import Beacon, validate
from tests.build import CHROME, NOON, SITE, a_connection, a_site

TOKEN = "not-a-secret"


def a_door(**changes: Any) -> Door:
    sites = [
        a_site(),
        a_site("other.example"),
        a_site("baku.example", timezone="Asia/Baku"),
    ]
    tokens = {hashlib.sha256(TOKEN.encode()).hexdigest(): changes.pop("token_sites", ())}
    return prepare(
        Rules(published_at=NOON, sites={site.name: site for site in sites}, event_tokens=tokens)
    )


def taken(body: bytes | dict[str, Any], connection: Connection | None = None) -> Beacon:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return validate(*decode(sent), connection or a_connection(), a_door(), NOON)


def long_body(**changes: Any) -> dict[str, Any]:
    return {"name": "pageview", "url": "https://shop.example/", "domain": SITE} | changes


def refused(body: bytes | dict[str, Any], connection: Connection | None = None) -> BeaconError:
    with pytest.raises(BeaconError) as caught:
        taken(body, connection)
    return caught.value


EVERYTHING = {
    "name": ("n", "Purchase"),
    "url": ("u", "https://shop.example/thanks?utm_source=news&token=x#part"),
    "domain": ("d", SITE),
    "referrer": ("r", "https://search.example/?q=words"),
    "props": ("p", {"size": "L", "count": 2, "gift": True, "none": None}),
    "revenue": ("$", {"amount": "12.50", "currency": "AZN"}),
    "interactive": ("i", False),
    "scroll_depth": ("sd", 40),
    "engagement_time": ("e", 1500),
    "vitals": ("v8", {"lcp": 1200, "fcp": 800.4, "ttfb": 90, "inp": 16, "cls": 0.02}),
    "page_id": ("k", "page-1"),
    "signal": ("g", True),
    "automated": ("b", True),
    "screen_width": ("w", 390),
    "timezone": ("tz", "Asia/Baku"),
    "language": ("l", "az-AZ"),
    "consent_id": ("c", "consent-1"),
}


@pytest.mark.parametrize("is_short", [False, True])
def test_long_and_short_names_say_the_same(is_short: bool) -> None:
    body = {(short if is_short else long): value for long, (short, value) in EVERYTHING.items()}
    beacon = taken({**body, "id": "resend-1", "unknown": [1]})
    assert beacon.sites == (SITE,)
    assert beacon.name == "Purchase"
    assert (beacon.page.hostname, beacon.page.path) == (SITE, "/thanks")
    assert beacon.query == "utm_source=news&token=x"
    assert beacon.referrer == "https://search.example/?q=words"
    assert beacon.props == {"size": "L", "count": "2", "gift": "true"}
    assert beacon.money == (Decimal("12.50"), "AZN")
    assert not beacon.is_interactive
    assert (beacon.scroll_depth, beacon.engaged_ms) == (40, 1500)
    assert beacon.vitals is not None
    assert beacon.vitals.fcp == 800.4
    assert (beacon.page_id, beacon.consent_id, beacon.id) == ("page-1", "consent-1", "resend-1")
    assert beacon.has_signal
    assert beacon.is_automated
    assert (beacon.screen_width, beacon.timezone, beacon.language) == (390, "Asia/Baku", "az-AZ")


@pytest.mark.parametrize("name", ["props", "p", "meta", "m"])
@pytest.mark.parametrize("value", [{"a": 1.5}, '{"a": 1.5}'])
def test_properties_come_under_four_names_and_as_a_string(name: str, value: object) -> None:
    assert taken(long_body(**{name: value})).props == {"a": "1.5"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 121),
        ("name", 5),
        ("url", "/relative"),
        ("url", "x" * 2001),
        ("url", "https://"),
        ("domain", "unknown.example"),
        ("domain", f"{SITE},unknown.example"),
        ("domain", ","),
        ("referrer", 7),
        ("props", {str(i): i for i in range(31)}),
        ("props", {"a": [1]}),
        ("props", {"a": {"b": 1}}),
        ("props", "[1]"),
        ("props", "{"),
        ("revenue", {"amount": "1.23456", "currency": "AZN"}),
        ("revenue", {"amount": "123456789012345", "currency": "AZN"}),
        ("revenue", {"amount": "1e3", "currency": "AZN"}),
        ("revenue", {"amount": "NaN", "currency": "AZN"}),
        ("revenue", {"amount": "12,50", "currency": "AZN"}),
        ("revenue", {"amount": None, "currency": "AZN"}),
        ("revenue", {"amount": "1", "currency": "ZZZ"}),
        ("revenue", {"amount": "1"}),
        ("interactive", "perhaps"),
        ("scroll_depth", 101),
        ("scroll_depth", -1),
        ("engagement_time", -1),
        ("engagement_time", 2**32),
        ("vitals", {"lcp": -1}),
        ("vitals", 3),
        ("page_id", 1),
        ("page_id", "x" * 257),
        ("consent_id", {}),
        ("signal", "maybe"),
        ("automated", []),
        ("screen_width", "wide"),
        ("timezone", 4),
        ("language", 4),
        ("id", "x" * 65),
    ],
)
def test_a_bad_field_is_named(field: str, value: object) -> None:
    error = refused(long_body(**{field: value}))
    assert list(error.fields) == [field]
    assert error.status == 400


def test_all_bad_fields_are_named_at_once() -> None:
    error = refused(
        {
            "n": "",
            "url": "nowhere",
            "d": "gone.example",
            "sd": 500,
            "m": "[]",
            "$": {"amount": "x", "currency": "AZN"},
        }
    )
    assert sorted(error.fields) == ["$", "d", "m", "n", "sd", "url"]


def test_missing_fields_are_named_by_their_long_names() -> None:
    assert sorted(refused({}).fields) == ["domain", "name", "url"]


def test_an_unknown_site_is_told_with_the_command_that_adds_it() -> None:
    fields = refused(long_body(domain="gone.example")).fields
    assert "footfall site add gone.example" in fields["domain"][0]


@pytest.mark.parametrize("body", [b"", b"[]", b"5", b"{", b'{"name": "\xff"}', b"[" * 16_000])
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    assert "JSON object" in str(refused(body))


def test_each_site_of_a_list_counts_once() -> None:
    beacon = taken(long_body(domain=f"{SITE}, other.example,{SITE},"))
    assert beacon.sites == (SITE, "other.example")


@pytest.mark.parametrize(
    ("amount", "exact"),
    [
        ("12.50", "12.50"),
        (12.5, "12.5"),
        (0.1, "0.1"),
        ("-3", "-3"),
        ("99999999999999.9999", "99999999999999.9999"),
        ("1.50000", "1.50000"),
    ],
)
def test_revenue_is_exact(amount: object, exact: str) -> None:
    money = taken(long_body(revenue={"amount": amount, "currency": "azn"})).money
    assert money == (Decimal(exact), "AZN")


def test_a_number_of_revenue_keeps_digits_a_float_would_lose() -> None:
    body = b'{"n":"b","u":"https://shop.example","d":"shop.example",' + (
        b'"$":{"amount":99999999999999.9999,"currency":"AZN"}}'
    )
    assert taken(body).money.amount == Decimal("99999999999999.9999")


def test_numbers_and_flags_may_be_strings() -> None:
    beacon = taken(long_body(screen_width="390", interactive="false"))
    assert (beacon.screen_width, beacon.is_interactive) == (390, False)


def test_a_signal_may_come_by_header_alone() -> None:
    assert taken(long_body(), a_connection(has_signal=True)).has_signal


def test_claims_without_a_token_are_unknown_fields() -> None:
    beacon = taken(long_body(ip="198.51.100.1", user_agent="Other/1", timestamp="1999"))
    assert str(beacon.address) == "203.0.113.7"
    assert beacon.user_agent == CHROME
    assert beacon.time is None


def test_a_token_lets_a_server_speak_for_a_visitor() -> None:
    body = long_body(ip="198.51.100.1", user_agent="Other/1", timestamp="2026-06-15T13:00:00+02:00")
    beacon = taken(body, a_connection(token=TOKEN))
    assert str(beacon.address) == "198.51.100.1"
    assert beacon.user_agent == "Other/1"
    assert beacon.time == datetime(2026, 6, 15, 11, 0, tzinfo=UTC)


def test_a_wrong_token_is_told_by_the_fields_it_does_not_open() -> None:
    body = long_body(ip="198.51.100.1", timestamp="2026-06-15T11:00:00Z")
    assert sorted(refused(body, a_connection(token="wrong")).fields) == ["ip", "timestamp"]


def test_a_token_of_another_site_opens_nothing() -> None:
    payload, problems = decode(json.dumps(long_body(ip="198.51.100.1")).encode())
    door = a_door(token_sites=("other.example",))
    with pytest.raises(BeaconError) as caught:
        validate(payload, problems, a_connection(token=TOKEN), door, NOON)
    assert list(caught.value.fields) == ["ip"]


@pytest.mark.parametrize(
    ("domain", "timestamp", "is_taken"),
    [
        (SITE, NOON - timedelta(hours=12), True),  # midnight in UTC
        (SITE, NOON - timedelta(hours=12, seconds=1), False),
        (SITE, NOON + timedelta(seconds=60), True),
        (SITE, NOON + timedelta(seconds=61), False),
        # In Baku, four hours ahead, the day began at 20:00 UTC the day before.
        ("baku.example", NOON - timedelta(hours=16), True),
        ("baku.example", NOON - timedelta(hours=16, seconds=1), False),
        (f"{SITE},baku.example", NOON - timedelta(hours=13), False),
        (SITE, datetime(1, 1, 1, tzinfo=UTC), False),
        (SITE, datetime(9999, 12, 31, tzinfo=UTC), False),
    ],
)
def test_a_servers_time_is_earlier_today(domain: str, timestamp: datetime, is_taken: bool) -> None:
    body = long_body(domain=domain, timestamp=timestamp.isoformat())
    connection = a_connection(token=TOKEN)
    if is_taken:
        assert taken(body, connection).time == timestamp
    else:
        assert list(refused(body, connection).fields) == ["timestamp"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("ip", "nowhere"), ("ip", 4), ("user_agent", 4), ("timestamp", "noon"),
     ("timestamp", "2026-06-15T11:00:00")],
)  # fmt: skip
def test_a_bad_claim_is_named(field: str, value: object) -> None:
    error = refused(long_body(**{field: value}), a_connection(token=TOKEN))
    assert list(error.fields) == [field]


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
)
FIELDS = [*EVERYTHING, *(short for short, _ in EVERYTHING.values()), "meta", "m", "id"]
FIELDS += ["ip", "user_agent", "timestamp"]


@given(st.binary(max_size=200))
@example(b'{"n":"\\ud800"}')
def test_any_bytes_are_taken_or_refused(body: bytes) -> None:
    with suppress(BeaconError):
        assert taken(body, a_connection(token=TOKEN)).sites


@given(st.dictionaries(st.sampled_from(FIELDS), VALUES))
def test_any_object_is_taken_or_refused(body: dict[str, Any]) -> None:
    sent = json.dumps(long_body() | body).encode()
    with suppress(BeaconError):
        assert taken(sent, a_connection(token=TOKEN)).sites


@given(url=st.text(), token=st.text(), referrer=st.text())
def test_any_text_is_an_address_or_refused(url: str, token: str, referrer: str) -> None:
    with suppress(BeaconError):
        assert taken(long_body(url=f"https://shop.example/{url}", referrer=referrer)).page.path
    with suppress(BeaconError):
        assert taken(long_body(url=url), a_connection(token=token)).page.path
