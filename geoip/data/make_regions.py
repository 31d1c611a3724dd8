"""Regions table: written anew from the two packages its first lines name.

python -m geoip.data.make_regions ISO3166-2.JSON CITYMAP.JSON > geoip/data/regions.tsv
"""

import json
import re
import sys
from collections import defaultdict
from importlib.resources import files
from pathlib import Path
from typing import Any

from geoip.region import fold, without_kind
from geoip.timezone import canonical, zones_of

HEADER = """\
# ISO 3166-2 regions: code, time zone ('' if the region has several or is not listed), names folded.
# A name with '=' counts only as the whole name, one with '~' only without its kind ("province").
# Sources, read 2026-11-21; licences in full in LICENSES.md beside this file:
#   codes and names: PyPI iso3166-2 1.8.4, iso3166-2.json (MIT, Copyright (c) 2024 AJ)
#   time zones: npm city-timezones 1.3.4, data/cityMap.json (MIT), where every city listed in a
#   region has one zone, and that zone is among the country's in tzdata 2026.6 (public domain)
#   further names: region_names.tsv beside this file
# Written by make_regions.py; do not edit.
"""

# How near a name is to the region, nearest first; the nearer one wins, equals cancel out.
_OURS, _NAME, _OTHER_NAME = range(3)
_LOWER_LEVEL = 10

_ENGLISH_NAME = re.compile(r"([^,(]+) \(eng\)")


def main(regions_path: str, cities_path: str) -> None:
    """Write the table to standard output."""
    countries = json.loads(Path(regions_path).read_text(encoding="utf-8"))
    cities = json.loads(Path(cities_path).read_text(encoding="utf-8"))
    names = _names({code: row for rows in countries.values() for code, row in rows.items()})
    zones = _zones(names, cities)
    sys.stdout.write(HEADER)
    for code in sorted(names.keys() | zones.keys()):
        keys = "|".join(sorted(names.get(code, ())))
        sys.stdout.write(f"{code}\t{zones.get(code, '')}\t{keys}\n")


def _names(regions: dict[str, dict[str, Any]]) -> dict[str, set[str]]:
    whole, bare = _Claims(), _Claims()
    for code, row in regions.items():
        below = _LOWER_LEVEL if row["parentCode"] else 0
        others = _ENGLISH_NAME.findall(row["localOtherName"] or "")
        for rank, name in [(_NAME, row["name"]), *((_OTHER_NAME, other) for other in others)]:
            whole.add(fold(name), code, below + rank)
            bare.add(without_kind(fold(name)), code, below)
    for code, name in _our_names():
        whole.add(fold(name), code, _OURS)
    bare_winners = bare.winners()
    names: dict[str, set[str]] = defaultdict(set)
    for (country, key), code in whole.winners().items():
        is_alone = bare_winners.get((country, key), code) == code and bare.is_free(country, key, code)
        names[code].add(key if is_alone else f"={key}")
    for (_, key), code in bare_winners.items():
        if key not in names[code]:
            names[code].add(f"~{key}")
    return names


class _Claims:
    """Which codes claim a name, and how nearly."""

    def __init__(self) -> None:
        self._claims: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)

    def add(self, key: str, code: str, rank: int) -> None:
        claim = self._claims[code[:2], key]
        claim[code] = min(rank, claim.get(code, rank))

    def is_free(self, country: str, key: str, code: str) -> bool:
        """Tell whether nobody else claims the name as nearly."""
        claim = self._claims.get((country, key), {})
        return all(other == code or rank >= _LOWER_LEVEL for other, rank in claim.items())

    def winners(self) -> dict[tuple[str, str], str]:
        won = {}
        for key, claim in self._claims.items():
            best = min(claim.values())
            nearest = [code for code, rank in claim.items() if rank == best]
            if len(nearest) == 1 and key[1]:
                won[key] = nearest[0]
        return won


def _zones(names: dict[str, set[str]], cities: list[dict[str, Any]]) -> dict[str, str]:
    code_of = {
        (code[:2], name.lstrip("=~")): code for code, keys in names.items() for name in keys
    }
    found: dict[str, set[str]] = defaultdict(set)
    for city in cities:
        country, words = city["iso2"], fold(city["province"] or "")
        code = code_of.get((country, words)) or code_of.get((country, without_kind(words)))
        if code and city["timezone"] and len(zones_of(country)) > 1:
            found[code].add(canonical(city["timezone"]))
    return {
        code: zone
        for code, zones in found.items()
        if len(zones) == 1 and (zone := min(zones)) in zones_of(code[:2])
    }


def _our_names() -> list[tuple[str, str]]:
    lines = files("geoip").joinpath("data/region_names.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in lines.splitlines() if not line.startswith("#")]
    return [(code, name) for code, names in rows for name in names.split("|")]


if __name__ == "__main__":
    main(*sys.argv[1:])
