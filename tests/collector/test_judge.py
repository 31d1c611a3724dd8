"""Promise: each rule drops what breaks it, or notes it and counts it, as the site says."""

from __future__ import annotations

import sys
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, get_args

import pytest

from collector.event import DROP_REASONS, ENGAGEMENT
from collector.facts.device import Hints
from collector.rules.details import DETAILS_AN_HOUR, OTHERS
from collector.rules.judge import Judge, Verdict
from collector.rules.modes import DEFAULT_MODES, REASONS, SHADOWS, Rule, parse_mode
from collector.rules.pace import PAGES_AT_ONCE, Pace
from collector.rules.published import Rules
from collector.rules.site import SiteRules, prepare
from collector.validate import Beacon
from geoip import Locator
from tests.build import CHROME, NOON, SITE, a_beacon, a_connection, a_site
from tests.geoip.databases import build_asn_mmdb

NO_DATABASE = Locator([Path("/nonexistent")])
BRANDS = b'"Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"'
HEADLESS_BRANDS = b'"Chromium";v="142", "HeadlessChrome";v="142", "Not_A Brand";v="99"'
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0"
PIXEL = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/142.0.0.0 Mobile Safari/537.36"
)
DESKTOP_MODE = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/142.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"
)
# One beacon for each rule that can be broken by what a beacon holds alone.
BREAKING: dict[Rule, dict[str, Any]] = {
    "hostname": {"url": "https://evil.example/"},
    "path": {"path": "/admin/x"},
    "address": {"connection": a_connection("198.51.100.9", accept_language="az")},
    "automation": {"is_automated": True},
    "declared": {"user_agent": "curl/8.5.0"},
    "headers": {
        "connection": a_connection(accept_language="az", hints=Hints(BRANDS, b"?0", b'"Linux"'))
    },
    "language": {"connection": a_connection()},
    "spam": {"referrer": "https://www.semalt.com/crawler"},
}


def rules_of(**changes: Any) -> SiteRules:
    sites = {SITE: a_site(**changes)}
    return prepare(Rules(published_at=NOON, sites=sites)).sites[SITE]


def a_persons(**changes: Any) -> Beacon:
    """Return a beacon that breaks no rule but what `changes` make it break."""
    return a_beacon(**{"connection": a_connection(accept_language="az"), **changes})


def judged(beacon: Beacon, rules: SiteRules | None = None, judge: Judge | None = None) -> Verdict:
    return (judge or Judge(NO_DATABASE)).judge(beacon, rules or rules_of(), NOON, 0.0)


def reason_of(beacon: Beacon, rules: SiteRules | None = None) -> tuple[str, str] | None:
    drop = judged(beacon, rules).drop
    return None if drop is None else (drop.reason, drop.detail)


def noted(verdict: Verdict) -> list[tuple[str, str]]:
    assert verdict.drop is None
    return [(shadow.reason, shadow.detail) for shadow in verdict.shadows]


def with_hints(user_agent: str, platform: bytes, brands: bytes = BRANDS) -> Beacon:
    hints = Hints(brands, b"?0", platform)
    return a_persons(
        connection=a_connection(user_agent=user_agent, accept_language="az", hints=hints)
    )


def test_every_rule_has_a_mode_a_reason_and_a_shadow() -> None:
    assert set(DEFAULT_MODES) == set(REASONS) == set(SHADOWS) == set(get_args(Rule))
    assert set(SHADOWS.values()) <= set(DROP_REASONS)
    assert all(shadow == f"shadow:{rule}" for rule, shadow in SHADOWS.items())


def test_a_person_breaks_no_rule() -> None:
    assert judged(a_persons()) == Verdict()


@pytest.mark.parametrize("rule", list(BREAKING))
def test_a_rule_drops_notes_or_is_off(rule: Rule) -> None:
    site: dict[str, Any] = {
        "excluded_paths": ("/admin/**",),
        "excluded_networks": ("198.51.100.0/24",),
    }
    beacon = a_persons(**BREAKING[rule])
    dropped = judged(beacon, rules_of(rule_modes=(f"{rule}=drop",), **site))
    assert dropped.drop is not None
    assert (dropped.drop.reason, dropped.shadows) == (REASONS[rule], ())
    in_shadow = judged(beacon, rules_of(rule_modes=(f"{rule}=shadow",), **site))
    assert noted(in_shadow) == [(f"shadow:{rule}", dropped.drop.detail)]
    assert judged(beacon, rules_of(rule_modes=(f"{rule}=off",), **site)) == Verdict()


def test_what_is_dropped_is_in_no_shadow() -> None:
    beacon = a_beacon(is_automated=True)
    verdict = judged(beacon, rules_of(rule_modes=("language=shadow", "declared=shadow")))
    assert verdict.drop is not None
    assert verdict.shadows == ()


def test_a_setting_that_is_none_leaves_the_defaults() -> None:
    assert rules_of(rule_modes=("hosting=maybe",)).modes == DEFAULT_MODES
    with pytest.raises(ValueError, match="expected RULE=MODE"):
        parse_mode("hosting")


@pytest.mark.parametrize(
    ("beacon", "reason"),
    [
        (with_hints(CHROME, b'"Windows"'), None),
        (with_hints(CHROME, b'"Linux"'), ("bot", "hints of another system")),
        (with_hints(CHROME, b'"Windows"', HEADLESS_BRANDS), ("bot", "headless")),
        (with_hints(FIREFOX, b'"Linux"'), ("bot", "hints of another engine")),
        (with_hints(IPHONE, b'"Windows"'), ("bot", "hints of another engine")),
        (with_hints(PIXEL, b'"Windows"'), ("bot", "hints of another system")),
        (with_hints(PIXEL, b'"Android"'), None),
        # Android in desktop mode, whatever desktop it claims.
        (with_hints(DESKTOP_MODE, b'"Android"'), None),
        (with_hints(CHROME, b'"Android"'), None),
        (with_hints(CHROME, b'""'), None),
        (with_hints(CHROME, b'"Something new"'), None),
        (with_hints(DESKTOP_MODE, b'"Chrome OS"'), None),
    ],
)
def test_what_no_browser_sends_together_is_dropped(
    beacon: Beacon, reason: tuple[str, str] | None
) -> None:
    assert reason_of(beacon) == reason


def test_a_server_with_a_token_is_no_browser() -> None:
    server = a_connection(user_agent="curl/8.5.0", token="x")
    beacon = a_persons(connection=server, is_from_server=True, is_vouched=True)
    assert judged(beacon) == Verdict()
    claimed = a_persons(connection=server, is_from_server=True, user_agent="Googlebot/2.1")
    assert reason_of(claimed) == ("bot", "Googlebot")


def test_a_hosting_network_is_noted_and_dropped_when_the_site_says_so(tmp_path: Path) -> None:
    file = build_asn_mmdb(
        tmp_path / "asn.mmdb",
        [
            ("192.0.2.0/25", 24940, "Hetzner Online GmbH"),
            ("192.0.2.128/25", 64496, "Example Web Hosting Ltd"),
            ("198.51.100.0/24", 64497, "Example Telecom"),
        ],
    )
    judge = Judge(Locator([file]))

    def at(address: str, *modes: str) -> Verdict:
        connection = a_connection(address, accept_language="az")
        return judged(a_beacon(connection=connection), rules_of(rule_modes=modes), judge)

    assert noted(at("192.0.2.1")) == [("shadow:hosting", "Hetzner")]
    assert noted(at("192.0.2.200")) == [("shadow:hosting", "other hosting")]
    assert at("198.51.100.1") == Verdict()
    dropped = at("192.0.2.1", "hosting=drop").drop
    assert dropped is not None
    assert (dropped.reason, dropped.detail) == ("bot", "Hetzner")
    assert at("192.0.2.1", "hosting=off") == Verdict()


def test_more_pages_than_a_person_asks_for_are_noted() -> None:
    judge, rules = Judge(NO_DATABASE), rules_of()
    beacon, engagement = a_persons(), a_persons(name=ENGAGEMENT)
    for _ in range(PAGES_AT_ONCE):
        assert judge.judge(engagement, rules, NOON, 0.0) == Verdict()
        assert judge.judge(beacon, rules, NOON, 0.0) == Verdict()
    assert noted(judge.judge(beacon, rules, NOON, 0.0)) == [("shadow:rate", "pageviews")]
    # Others, and who is followed no further than the page, are not concerned.
    other = a_persons(connection=a_connection("203.0.113.8", accept_language="az"))
    assert judge.judge(other, rules, NOON, 0.0) == Verdict()
    assert judge.judge(a_persons(has_signal=True), rules, NOON, 0.0) == Verdict()


def test_who_goes_on_stays_over_and_who_stops_is_a_person_again() -> None:
    pace, address = Pace(), IPv4Address("203.0.113.7")
    # Two a second: after 30 at once and 1.5 more a second, the 91st of the first minute is over.
    over = [pace.is_inhuman(SITE, address, CHROME, index / 2) for index in range(600)]
    assert not any(over[:100])
    assert all(over[130:])
    assert pace.is_inhuman(SITE, address, CHROME, 300.0)
    assert not pace.is_inhuman(SITE, address, CHROME, 300.0 + 61)


def test_a_million_addresses_cost_no_memory_and_slow_nobody() -> None:
    pace = Pace()
    before = sys.getsizeof(pace._read_until_s)
    over = sum(
        pace.is_inhuman(SITE, IPv4Address(number), CHROME, number / 100_000)
        for number in range(1_000_000)
    )
    assert sys.getsizeof(pace._read_until_s) == before < 3 << 20
    assert over == 0
    assert not pace.is_inhuman(SITE, IPv4Address("203.0.113.7"), CHROME, 10.0)


def test_made_up_details_cannot_grow_the_ledger() -> None:
    judge, rules = Judge(NO_DATABASE), rules_of()
    details = []
    for number in range(3 * DETAILS_AN_HOUR):
        drop = judge.judge(a_persons(url=f"https://host{number}.example/"), rules, NOON, 0.0).drop
        assert drop is not None
        details.append(drop.detail)
    assert details[0] == "host0.example"
    assert len(set(details)) == DETAILS_AN_HOUR + 1
    assert details[-1] == OTHERS
    later = judge.judge(
        a_persons(url="https://new.example/"), rules, NOON + timedelta(hours=1), 0.0
    ).drop
    assert later is not None
    assert later.detail == "new.example"


@pytest.mark.parametrize(
    ("hostnames", "hostname", "is_taken"),
    [
        ((), SITE, True),
        ((), f"www.{SITE}", True),
        ((), f"evil{SITE}", False),
        ((), "evil.example", False),
        ((), "localhost", False),
        ((), "127.0.0.1", False),
        (("shop.az.example",), "shop.az.example", True),
        (("shop.az.example",), SITE, False),
        (("shop.az.example",), "www.shop.az.example", False),
        (("*.az.example",), "www.az.example", True),
        (("*.az.example",), "az.example", False),
        (("localhost",), "localhost", True),
        (("*",), "anything.example", True),
        (("mağaza.example",), "xn--maaza-l1a.example", True),
    ],
)
def test_only_the_sites_hostnames_count(
    hostnames: tuple[str, ...], hostname: str, is_taken: bool
) -> None:
    beacon = a_beacon(url=f"https://{hostname}:8443/")
    # A bare address may be the visitor's own.
    detail = "" if hostname == "127.0.0.1" else hostname
    expected = None if is_taken else ("hostname", detail)
    assert reason_of(beacon, rules_of(hostnames=hostnames)) == expected


@pytest.mark.parametrize(
    ("pattern", "path", "is_dropped"),
    [
        ("/admin", "/admin", True),
        ("/admin", "/admin/x", False),
        ("/admin/*", "/admin/x", True),
        ("/admin/*", "/admin/x/y", False),
        ("/admin/**", "/admin/x/y", True),
        ("/a.c", "/abc", False),
        ("**/print", "/a/b/print", True),
    ],
)
def test_excluded_paths_are_left_out(pattern: str, path: str, is_dropped: bool) -> None:
    expected = ("path", pattern) if is_dropped else None
    assert reason_of(a_beacon(path), rules_of(excluded_paths=("/never", pattern))) == expected


@pytest.mark.parametrize("address", ["203.0.113.7", "2001:db8::7"])
def test_excluded_networks_are_left_out(address: str) -> None:
    rules = rules_of(excluded_networks=("203.0.113.0/28", "2001:db8::/64", "no network"))
    assert reason_of(a_beacon(connection=a_connection(address)), rules) == ("address", "")
    assert reason_of(a_beacon(connection=a_connection("198.51.100.7")), rules) is None


def test_programs_are_left_out() -> None:
    assert reason_of(a_beacon(is_automated=True)) == ("bot", "webdriver")
    assert reason_of(a_beacon(user_agent="curl/8.5.0")) == ("bot", "curl")
    assert reason_of(a_beacon(user_agent="")) == ("bot", "none")
    assert reason_of(a_beacon(user_agent="curl/8.5.0", is_vouched=True)) is None


def test_made_up_referrers_are_left_out() -> None:
    beacon = a_beacon(referrer="https://www.semalt.com/crawler")
    assert reason_of(beacon) == ("spam", "semalt.com")
