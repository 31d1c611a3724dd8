"""Record: what one entry of a geo database says, as a Place."""

import re
from functools import lru_cache
from typing import Any

from geoip.place import NOWHERE, Place
from geoip.region import region_code, region_timezone
from geoip.timezone import single_zone

# Distinct places kept, about 420 bytes each (tracemalloc). DB-IP City Lite 2026-06 has 195,000 in
# all, the customers of a shop far fewer. The key is what the record says, never an address.
PLACES_KEPT = 16_384

_COUNTRY = re.compile("[A-Z]{2}")
_REGION_PART = re.compile("[A-Z0-9]{1,3}")

# DB-IP writes a district behind the city, "Baku (Yasamal)": finer than a city, so not for us.
_DISTRICT = re.compile(r" \(.*\)$")

# The longest city name in DB-IP City Lite 2026-06 has 79 characters; a broken file may have any.
MAX_NAME_CHARACTERS = 100


def place_of(record: Any) -> Place:
    """Return the place of a database record, NOWHERE when it names no country.

    Reads MaxMind's nested records (also DB-IP's own files) and the flat ones of ip-location-db.
    Only the keys named here are asked for: never coordinates, postal code or accuracy radius.
    Raises nothing, whatever the record holds.
    """
    if not isinstance(record, dict):
        return NOWHERE
    flat_country = record.get("country_code")
    if flat_country is not None:
        return _place(
            _text(flat_country),
            "",
            _text(record.get("state1")),
            _text(record.get("city")),
            _text(record.get("timezone")),
        )
    subdivisions = record.get("subdivisions")
    subdivision = subdivisions[0] if isinstance(subdivisions, list) and subdivisions else None
    return _place(
        _text(_get(record.get("country"), "iso_code")),
        _text(_get(subdivision, "iso_code")),
        _english(subdivision),
        _english(record.get("city")),
        _text(_get(record.get("location"), "time_zone")),
    )


@lru_cache(maxsize=PLACES_KEPT)
def _place(country: str, region_part: str, region_name: str, city: str, timezone: str) -> Place:
    """Return the place for what a record says of it; `region_part` is "BA" of "AZ-BA"."""
    if not _COUNTRY.fullmatch(country):
        return NOWHERE
    if _REGION_PART.fullmatch(region_part):
        region = f"{country}-{region_part}"
    else:
        region = region_code(country, region_name)
    zone = timezone or region_timezone(region) or single_zone(country)
    return Place(country, region, _DISTRICT.sub("", city), zone, "address")


def _english(names: Any) -> str:
    return _text(_get(_get(names, "names"), "en"))


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= MAX_NAME_CHARACTERS else ""
