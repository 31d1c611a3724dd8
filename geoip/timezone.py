"""Time zone: the country a browser's IANA time zone is used in, and a country's single zone."""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

# Old names of zones that were merged into another country's: their link leads abroad (Africa/Asmera
# to Nairobi), so they are given the zone of their own country. tzdb `backward`, the "#=" remarks of
# the links since 2022b; public domain.
_RENAMED = {
    "Africa/Asmera": "Africa/Asmara",
    "Africa/Timbuktu": "Africa/Bamako",
    "America/Coral_Harbour": "America/Atikokan",
    "America/Virgin": "America/St_Thomas",
    "Antarctica/South_Pole": "Antarctica/McMurdo",
    "Atlantic/Jan_Mayen": "Arctic/Longyearbyen",
    "Iceland": "Atlantic/Reykjavik",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
    "Pacific/Yap": "Pacific/Chuuk",
}

# Names of a rule, not of a place, though today they link to a city's zone; tzdb `backward` 2024b.
_NO_PLACE = frozenset(
    ("CET", "CST6CDT", "EET", "EST", "EST5EDT", "HST", "MET", "MST", "MST7MDT", "PST8PDT", "WET")
)


class _Zones(NamedTuple):
    """tzdata's tables: zone to country, old name to name, country to its zones."""

    country: dict[str, str]
    link: dict[str, str]
    zones: dict[str, tuple[str, ...]]


def country_of(timezone: str) -> str:
    """Return the country (ISO 3166-1 alpha-2) of an IANA time zone, '' for any other text."""
    return _zones().country.get(canonical(timezone), "")


def canonical(timezone: str) -> str:
    """Return the name `zone.tab` uses for a zone ("Asia/Calcutta": "Asia/Kolkata").

    '' for text that names no place: "UTC", an abbreviation, or anything not in tzdata.
    """
    zones = _zones()
    name = timezone
    while name not in zones.country:
        if name not in zones.link:
            return ""
        name = zones.link[name]
    return name


def zones_of(country: str) -> tuple[str, ...]:
    """Return the zones of a country, as `zone.tab` orders them; () for an unknown one."""
    return _zones().zones.get(country, ())


def single_zone(country: str) -> str:
    """Return the country's zone when it has only one, else ''."""
    zones = zones_of(country)
    return zones[0] if len(zones) == 1 else ""


@cache
def _zones() -> _Zones:
    country: dict[str, str] = {}
    by_country: dict[str, list[str]] = {}
    # zone.tab, not zone1970.tab: it keeps one row for each country's zone, where the other joins
    # Amsterdam with Brussels and would make a Dutch browser a Belgian one.
    for line in _rows("zone.tab"):
        code, _coordinates, name, *_comment = line.split("\t")
        country[name] = code
        by_country.setdefault(code, []).append(name)
    link = {}
    for line in _rows("tzdata.zi"):
        if line.startswith("L "):
            _, target, name = line.split()
            link[name] = target
    for name in _NO_PLACE:
        link.pop(name, None)
    return _Zones(country, link | _RENAMED, {code: tuple(z) for code, z in by_country.items()})


def _rows(name: str) -> list[str]:
    text = files("tzdata").joinpath("zoneinfo", name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]
