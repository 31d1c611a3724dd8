"""A browser's time zone tells its country, by old names and new, and any other text tells none."""

import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoip.timezone import canonical, country_of, single_zone, zones_of


@pytest.mark.parametrize(
    ("timezone", "country", "name"),
    [
        ("Asia/Baku", "AZ", "Asia/Baku"),
        ("Asia/Calcutta", "IN", "Asia/Kolkata"),
        ("Europe/Kiev", "UA", "Europe/Kyiv"),
        ("Asia/Rangoon", "MM", "Asia/Yangon"),
        ("America/Buenos_Aires", "AR", "America/Argentina/Buenos_Aires"),
        ("US/Eastern", "US", "America/New_York"),
        ("Turkey", "TR", "Europe/Istanbul"),
        # Merged with a neighbour since, and still their own country's:
        ("Europe/Amsterdam", "NL", "Europe/Amsterdam"),
        ("Africa/Asmera", "ER", "Africa/Asmara"),
        ("America/Coral_Harbour", "CA", "America/Atikokan"),
        ("Iceland", "IS", "Atlantic/Reykjavik"),
    ],
)
def test_a_zone_names_its_country(timezone: str, country: str, name: str) -> None:
    assert country_of(timezone) == country
    assert canonical(timezone) == name


@pytest.mark.parametrize(
    "timezone", ["", "UTC", "Etc/GMT+3", "EET", "CET", "EST5EDT", "asia/baku", "../etc", "\x00"]
)
def test_what_names_no_place_names_no_country(timezone: str) -> None:
    assert country_of(timezone) == ""
    assert canonical(timezone) == ""


def test_only_a_country_of_one_zone_has_a_single_zone() -> None:
    assert single_zone("AZ") == "Asia/Baku"
    assert single_zone("TR") == "Europe/Istanbul"
    assert single_zone("DE") == ""  # Europe/Berlin, and Europe/Busingen
    assert single_zone("ZZ") == ""


def test_every_zone_of_tzdata_leads_to_a_zone_its_country_lists() -> None:
    names = zoneinfo.available_timezones()
    placed = [name for name in names if country_of(name)]
    assert len(placed) > 500
    assert all(canonical(name) in zones_of(country_of(name)) for name in placed)


@given(st.text())
def test_no_text_makes_it_raise(timezone: str) -> None:
    assert (country_of(timezone) == "") == (canonical(timezone) == "")
