"""Region names become ISO 3166-2 codes, however they are spelt, and a doubtful one becomes none."""

import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoip.region import region_code, region_timezone
from geoip.timezone import zones_of


@pytest.mark.parametrize(
    ("country", "name", "code"),
    [
        ("AZ", "Baki", "AZ-BA"),
        ("AZ", "Bak\u0131", "AZ-BA"),
        ("AZ", "Gence", "AZ-GA"),
        ("AZ", "Shaki City", "AZ-SA"),
        ("AZ", "Nakhchivan", "AZ-NX"),
        ("TR", "İzmir", "TR-35"),
        ("TR", "Izmir Province", "TR-35"),
        ("GE", "T'bilisi", "GE-TB"),
        ("RU", "Moscow", "RU-MOW"),
        ("RU", "Moscow Oblast", "RU-MOS"),
        ("RU", "Tyumen\u2019 Oblast", "RU-TYU"),
        ("RU", "St.-Petersburg", "RU-SPE"),
        ("DE", "Baden-Wurttemberg", "DE-BW"),
        ("DE", "Free and Hanseatic City of Hamburg", "DE-HH"),
        ("US", "District of Columbia", "US-DC"),
        ("GB", "England", "GB-ENG"),
        ("FR", "New Aquitaine", "FR-NAQ"),
    ],
)
def test_a_name_is_found_without_its_accents_marks_and_kind(
    country: str, name: str, code: str
) -> None:
    assert region_code(country, name) == code


@pytest.mark.parametrize(
    ("country", "name"),
    [
        ("AZ", ""),
        ("AZ", "Lənkəran"),  # the city AZ-LA and the district AZ-LAN have this name alike
        ("AZ", "Istanbul"),
        ("AZ", "Province"),
        ("ZZ", "Baki"),
        ("RU", "Crimea"),  # ISO lists it under another country
    ],
)
def test_an_unknown_or_doubtful_name_gives_nothing(country: str, name: str) -> None:
    assert region_code(country, name) == ""


@given(st.text(max_size=3), st.text())
def test_any_text_gives_a_code_of_its_country_or_nothing(country: str, name: str) -> None:
    code = region_code(country, name)
    assert code == "" or code.startswith(f"{country}-")


def test_a_region_has_a_zone_when_all_of_it_shares_one() -> None:
    assert region_timezone("US-CA") == "America/Los_Angeles"
    assert region_timezone("RU-SVE") == "Asia/Yekaterinburg"
    assert region_timezone("US-TX") == ""  # El Paso keeps Denver's time
    assert region_timezone("AZ-BA") == ""  # the country's only zone is not repeated here


def test_every_line_of_the_table_is_well_formed() -> None:
    text = files("geoip").joinpath("data/regions.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert len(lines) > 4_000
    claimed: dict[str, str] = {}
    for line in lines:
        code, zone, names = line.split("\t")
        assert re.fullmatch("[A-Z]{2}-[A-Z0-9]{1,3}", code)
        assert not zone or zone in zones_of(code[:2])
        for name in names.split("|"):
            mark = "~" if name.startswith("~") else ""
            key = f"{code[:2]} {mark}{name.lstrip('=~')}"
            assert claimed.setdefault(key, code) == code
