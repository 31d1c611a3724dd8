"""A database of networks is installed beside one of places, and each answers its own question."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any

import pytest

from geoip import Locator, Network, install
from geoip.network import network_of
from tests.geoip.databases import build_asn_mmdb, build_demo_mmdb

ROWS = [
    ("192.0.2.0/24", 64496, "Example Hosting"),
    ("2001:db8:1::/48", 64497, "Example Telecom"),
]


def networks_at(locator: Locator, *addresses: str) -> list[Network | None]:
    return [locator.network_of(ipaddress.ip_address(address)) for address in addresses]


def test_an_address_has_its_network(tmp_path: Path) -> None:
    locator = Locator([build_asn_mmdb(tmp_path / "asn.mmdb", ROWS)])
    assert locator.has_networks
    assert networks_at(
        locator, "192.0.2.1", "::ffff:192.0.2.1", "2001:db8:1::1", "203.0.113.1"
    ) == [
        Network(64496, "Example Hosting"),
        Network(64496, "Example Hosting"),
        Network(64497, "Example Telecom"),
        None,
    ]
    # It knows no places, and is asked for none.
    assert locator.locate(ipaddress.ip_address("192.0.2.1")).country == ""


def test_without_such_a_database_there_are_no_networks(tmp_path: Path) -> None:
    locator = Locator([build_demo_mmdb(tmp_path / "demo.mmdb")])
    assert not locator.has_networks
    assert networks_at(locator, "192.0.2.1") == [None]


@pytest.mark.parametrize("places_first", [True, False])
def test_places_and_networks_are_installed_beside_each_other(
    tmp_path: Path, places_first: bool
) -> None:
    directory = tmp_path / "geoip"
    files = [
        build_demo_mmdb(tmp_path / "demo.mmdb"),
        build_asn_mmdb(tmp_path / "GeoLite2-ASN.mmdb", ROWS),
    ]
    for file in files if places_first else reversed(files):
        statuses = install([file], directory)
    assert {(status.type, status.layout) for status in statuses} == {
        ("GeoLite2-City", "nested"),
        ("GeoLite2-ASN", "network"),
    }
    locator = Locator([], directory=directory)
    assert networks_at(locator, "192.0.2.1") == [Network(64496, "Example Hosting")]
    assert locator.locate(ipaddress.ip_address("192.0.2.1")).country == "AZ"


def test_a_new_database_of_networks_replaces_the_one_before(tmp_path: Path) -> None:
    directory = tmp_path / "geoip"
    install([build_asn_mmdb(tmp_path / "old.mmdb", ROWS)], directory)
    new = build_asn_mmdb(tmp_path / "new.mmdb", [("192.0.2.0/24", 64500, "Another")])
    [status] = install([new], directory)
    assert status.path.name.endswith("new.mmdb")
    locator = Locator([], directory=directory)
    assert networks_at(locator, "192.0.2.1") == [Network(64500, "Another")]


@pytest.mark.parametrize(
    "record",
    [
        *(None, "text", 1, [], {}),
        {"autonomous_system_number": "64496"},
        {"autonomous_system_number": 0},
        {"autonomous_system_number": 2**32},
    ],
)
def test_a_senseless_record_names_no_network(record: Any) -> None:
    assert network_of(record) is None


def test_a_name_that_is_none_is_left_out() -> None:
    assert network_of({"autonomous_system_number": 1, "autonomous_system_organization": 5}) == (
        Network(1, "")
    )
