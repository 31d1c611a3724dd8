"""Locator keeps its promise: the place of any address, never an error, never more than a city."""

import ipaddress
import threading
import time
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoip import NOWHERE, Locator, Place
from tests.geoip.databases import (
    Row,
    build_city_mmdb,
    build_demo_mmdb,
    build_flat_v4_mmdb,
    build_flat_v6_mmdb,
)

BAKU = Place("AZ", "AZ-BA", "Baku", "Asia/Baku", "address")
ANKARA = Place("TR", "TR-06", "Ankara", "Europe/Istanbul", "address")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Locator:
    return Locator([build_demo_mmdb(tmp_path_factory.mktemp("demo") / "demo.mmdb")])


def at(locator: Locator, address: str, browser_timezone: str = "") -> Place:
    return locator.locate(ipaddress.ip_address(address), browser_timezone)


def wait_until(claim: Callable[[], bool], limit_s: float = 60) -> None:
    end = time.monotonic() + limit_s
    while not claim():
        assert time.monotonic() < end, "it did not come true"
        threading.Event().wait(0.02)


def test_a_nested_database_gives_country_region_city_and_zone(demo: Locator) -> None:
    assert at(demo, "192.0.2.9") == BAKU


def test_an_ipv6_address_has_a_place_too(demo: Locator) -> None:
    assert at(demo, "2001:db8:1::9") == BAKU


def test_an_ipv4_address_inside_an_ipv6_one_is_unwrapped(demo: Locator) -> None:
    assert at(demo, "::ffff:192.0.2.9") == BAKU


def test_flat_databases_answer_each_for_its_family(tmp_path: Path) -> None:
    v4 = build_flat_v4_mmdb(
        tmp_path / "v4.mmdb", [Row("192.0.2.0/24", "AZ", region_name="Baki", city="Baku")]
    )
    v6 = build_flat_v6_mmdb(
        tmp_path / "v6.mmdb", [Row("2001:db8::/32", "TR", region_name="Ankara", city="Ankara")]
    )
    for paths in ([v4, v6], [v6, v4]):
        locator = Locator(paths)
        assert at(locator, "192.0.2.1") == BAKU
        assert at(locator, "::ffff:192.0.2.1") == BAKU
        assert at(locator, "2001:db8::1") == ANKARA
        assert at(locator, "198.51.100.1") == NOWHERE


def test_the_first_file_that_names_a_country_answers(tmp_path: Path) -> None:
    first = build_city_mmdb(tmp_path / "1.mmdb", [Row("192.0.2.0/25", "DE")])
    second = build_city_mmdb(tmp_path / "2.mmdb", [Row("192.0.2.0/24", "TR")])
    locator = Locator([first, second])
    assert at(locator, "192.0.2.1").country == "DE"
    assert at(locator, "192.0.2.200").country == "TR"


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "169.254.0.1", "100.64.0.1"),
        *("224.0.0.1", "255.255.255.255", "0.0.0.0"),
        *("::", "::1", "fe80::1%eth0", "fc00::1", "ff02::1"),
    ],
)
def test_an_address_of_nowhere_falls_back_to_the_browser(demo: Locator, address: str) -> None:
    assert at(demo, address) == NOWHERE
    assert at(demo, address, "Asia/Baku") == Place("AZ", "", "", "Asia/Baku", "browser")


def test_the_address_outranks_the_browser(demo: Locator) -> None:
    assert at(demo, "192.0.2.9", "Europe/Berlin") == BAKU


def test_without_any_database_the_browser_tells_the_country(tmp_path: Path) -> None:
    for locator in (Locator([]), Locator([], directory=tmp_path / "nothing-here")):
        assert at(locator, "192.0.2.9", "Europe/Kiev").country == "UA"
        assert at(locator, "192.0.2.9") == NOWHERE
        assert locator.status() == []


def test_a_place_has_no_field_for_anything_finer_than_a_city() -> None:
    assert {f.name for f in fields(Place)} == {"country", "region", "city", "timezone", "basis"}


@given(address=st.ip_addresses(), browser_timezone=st.text())
def test_no_address_and_no_browser_text_makes_it_raise(
    demo: Locator,
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
    browser_timezone: str,
) -> None:
    place = demo.locate(address, browser_timezone)
    assert (place.basis == "") == (place.country == "")
    assert place.basis != "browser" or (place.region, place.city) == ("", "")


def test_a_replaced_file_is_noticed_without_being_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geoip.lookup.CHECK_INTERVAL_S", 0.05)
    path = build_city_mmdb(tmp_path / "city.mmdb", [Row("192.0.2.0/24", "DE")])
    locator = Locator([path])
    assert at(locator, "192.0.2.1").country == "DE"
    build_city_mmdb(path, [Row("192.0.2.0/24", "TR")])
    wait_until(lambda: at(locator, "192.0.2.1").country == "TR")


def test_reload_notices_at_once(tmp_path: Path) -> None:
    path = tmp_path / "city.mmdb"
    locator = Locator([path])
    assert at(locator, "192.0.2.1") == NOWHERE
    build_city_mmdb(path, [Row("192.0.2.0/24", "TR")])
    locator.reload()
    assert at(locator, "192.0.2.1").country == "TR"


def test_a_file_that_breaks_stays_in_use_as_it_was_and_is_reported(tmp_path: Path) -> None:
    path = build_city_mmdb(tmp_path / "city.mmdb", [Row("192.0.2.0/24", "DE")])
    locator = Locator([path])
    broken = tmp_path / "broken"
    broken.write_bytes(b"not a database")
    broken.replace(path)
    locator.reload()
    assert at(locator, "192.0.2.1").country == "DE"
    assert [bool(status.problem) for status in locator.status()] == [False, True]
    build_city_mmdb(path, [Row("192.0.2.0/24", "TR")])
    locator.reload()
    assert at(locator, "192.0.2.1").country == "TR"
    assert [status.problem for status in locator.status()] == [""]


def test_status_tells_what_an_operator_asks(tmp_path: Path) -> None:
    city = build_demo_mmdb(tmp_path / "city.mmdb")
    flat = build_flat_v4_mmdb(tmp_path / "dbip-city-ipv4.mmdb", [Row("192.0.2.0/24", "AZ")])
    missing = tmp_path / "missing.mmdb"
    locator = Locator([city, flat, missing])
    built_at = locator.status()[0].built_at
    assert built_at is not None
    nested, flat_status, problem = locator.status(now=built_at + timedelta(days=45))
    assert (nested.path, nested.type, nested.age_days) == (city, "GeoLite2-City", 45)
    assert (nested.ip_version, nested.layout) == (6, "nested")
    assert nested.attribution.url == "https://www.maxmind.com"
    assert (flat_status.type, flat_status.ip_version, flat_status.layout) == (
        "city ipv4",
        4,
        "flat",
    )
    assert flat_status.attribution.url == "https://db-ip.com"
    assert problem.path == missing
    assert "does not exist" in problem.problem


def test_threads_may_look_up_while_files_change(tmp_path: Path) -> None:
    path = build_city_mmdb(tmp_path / "city.mmdb", [Row("192.0.2.0/24", "DE")])
    locator = Locator([path])
    done = threading.Event()
    seen: list[set[str]] = []

    def look() -> None:
        countries = set()
        while not done.is_set():
            countries.add(at(locator, "192.0.2.1").country)
        seen.append(countries)

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for country in ("TR", "AZ"):
        build_city_mmdb(path, [Row("192.0.2.0/24", country)])
        locator.reload()
    done.set()
    for thread in threads:
        thread.join()
    assert len(seen) == 2
    assert set().union(*seen) <= {"DE", "TR", "AZ"}
