"""Records give up their country, region, city and zone, and nothing else is even asked for."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoip import NOWHERE, Place
from geoip.record import place_of


class _Asked(dict[str, Any]):
    """A record that notes the keys it is asked for."""

    def __init__(self, content: dict[str, Any], log: set[str]) -> None:
        super().__init__(content)
        self._log = log

    def get(self, key: str, default: Any = None) -> Any:
        self._log.add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        self._log.add(key)
        return super().__getitem__(key)


NESTED: dict[str, Any] = {
    "city": {"geoname_id": 587084, "names": {"de": "Baku", "en": "Baku", "ru": "Баку"}},
    "country": {"iso_code": "AZ", "names": {"en": "Azerbaijan"}},
    "registered_country": {"iso_code": "TR"},
    "location": {
        "accuracy_radius": 20,
        "latitude": 40.4,
        "longitude": 49.9,
        "time_zone": "Asia/Baku",
    },
    "postal": {"code": "AZ1000"},
    "subdivisions": [{"iso_code": "BA", "names": {"en": "Baku City"}}, {"iso_code": "XX"}],
}
FLAT: dict[str, Any] = {
    "country_code": "AZ",
    "state1": "Baki",
    "state2": "x",
    "city": "Baku (Yasamal)",
    "postcode": "AZ1000",
    "latitude": 40.4,
    "longitude": 49.9,
    "timezone": "",
}
BAKU = Place("AZ", "AZ-BA", "Baku", "Asia/Baku", "address")


def _watch(value: Any, log: set[str]) -> Any:
    if isinstance(value, dict):
        return _Asked({key: _watch(inner, log) for key, inner in value.items()}, log)
    return [_watch(inner, log) for inner in value] if isinstance(value, list) else value


def test_both_layouts_give_the_same_place() -> None:
    assert place_of(NESTED) == BAKU
    assert place_of(FLAT) == BAKU


@pytest.mark.parametrize("record", [NESTED, FLAT])
def test_coordinates_postal_code_and_radius_are_never_asked_for(record: dict[str, Any]) -> None:
    asked: set[str] = set()
    assert place_of(_watch(record, asked)) == BAKU
    assert asked <= {
        *("country_code", "state1", "city", "timezone"),
        *("country", "iso_code", "subdivisions", "names", "en", "location", "time_zone"),
    }


def test_a_subdivision_with_a_name_and_no_code_is_found_by_name() -> None:
    record = {"country": {"iso_code": "DE"}, "subdivisions": [{"names": {"en": "Hesse"}}]}
    assert place_of(record).region == "DE-HE"


@pytest.mark.parametrize(
    ("written", "city"),
    [
        ("Baku (Yasamal)", "Baku"),
        ("Zurich (Zurich (Kreis 11) / Oerlikon)", "Zurich"),
        ("Frankfurt am Main", "Frankfurt am Main"),
    ],
)
def test_a_district_behind_the_city_is_left_out(written: str, city: str) -> None:
    assert place_of({"country_code": "AZ", "city": written}).city == city


def test_where_a_network_is_registered_is_not_where_it_is() -> None:
    assert place_of({"registered_country": {"iso_code": "TR"}}) is NOWHERE


@pytest.mark.parametrize("country", ["", "az", "AZE", "A1", "A\u0130", None, 5, ["AZ"]])
def test_what_is_no_country_code_is_nowhere(country: Any) -> None:
    assert place_of({"country_code": country}) is NOWHERE
    assert place_of({"country": {"iso_code": country}}) is NOWHERE


def test_the_zone_comes_from_the_record_then_the_region_then_the_country() -> None:
    california = {"country_code": "US", "state1": "California"}
    assert place_of(california | {"timezone": "America/Denver"}).timezone == "America/Denver"
    assert place_of(california).timezone == "America/Los_Angeles"
    assert place_of({"country_code": "TR", "state1": "?"}).timezone == "Europe/Istanbul"
    assert place_of({"country_code": "US", "state1": "Texas"}).timezone == ""


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*NESTED, *FLAT, "iso_code", "names", "en"]), inner)
    ),
    max_leaves=12,
)


@given(_ANYTHING)
def test_no_record_makes_it_raise(record: Any) -> None:
    place = place_of(record)
    assert all(len(text) <= 100 for text in (place.region, place.city, place.timezone))
