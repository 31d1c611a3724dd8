"""Test databases: real `.mmdb` files of a few networks, in each layout there is.

Every record carries coordinates and a postal code as real ones do, so that a test can show that
they go nowhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmdb_writer import MMDBWriter
from netaddr import IPSet

# What no record of ours may ever hold; the values are easy to find in any output.
LATITUDE, LONGITUDE, POSTAL_CODE, ACCURACY_RADIUS_KM = 11.125, 22.25, "P0STAL", 333


@dataclass(frozen=True, slots=True)
class Row:
    """One network and where it is; `region` is "BA" of "AZ-BA", `region_name` what it is called."""

    network: str
    country: str
    region: str = ""
    region_name: str = ""
    city: str = ""
    timezone: str = ""


# RFC 5737 and RFC 3849 networks, so that examples and tests always have the same places.
DEMO_ROWS = (
    Row("192.0.2.0/26", "AZ", "BA", "Baki", "Baku (Yasamal)", "Asia/Baku"),
    Row("192.0.2.64/26", "AZ", "GA", "Gence", "Ganja", "Asia/Baku"),
    Row("192.0.2.128/26", "AZ", "SM", "Sumqayit", "Sumqayit", "Asia/Baku"),
    Row("192.0.2.192/26", "GE", "TB", "Tbilisi", "Tbilisi", "Asia/Tbilisi"),
    Row("198.51.100.0/25", "TR", "34", "Istanbul", "Istanbul", "Europe/Istanbul"),
    Row("198.51.100.128/25", "TR", "06", "Ankara", "Ankara", "Europe/Istanbul"),
    Row("203.0.113.0/26", "DE", "BE", "Berlin", "Berlin", "Europe/Berlin"),
    Row("203.0.113.64/26", "RU", "MOW", "Moscow", "Moscow", "Europe/Moscow"),
    Row("203.0.113.128/26", "US", "CA", "California", "Mountain View", "America/Los_Angeles"),
    Row("2001:db8:1::/48", "AZ", "BA", "Baki", "Baku", "Asia/Baku"),
    Row("2001:db8:2::/48", "DE", "HE", "Hesse", "Frankfurt am Main", "Europe/Berlin"),
)


def build_demo_mmdb(path: Path) -> Path:
    """Write the same few places every time, IPv4 and IPv6, in MaxMind's layout."""
    return build_city_mmdb(path, DEMO_ROWS)


def build_city_mmdb(
    path: Path, rows: Iterable[Row], *, database_type: str = "GeoLite2-City"
) -> Path:
    """Write a database in MaxMind's nested layout, for IPv4 and IPv6."""
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type=database_type)
    return _write(writer, path, [(row.network, _nested(row)) for row in rows])


def build_flat_v4_mmdb(path: Path, rows: Iterable[Row]) -> Path:
    """Write an IPv4 database in the flat layout of ip-location-db."""
    writer = MMDBWriter(ip_version=4, database_type="city ipv4")
    return _write(writer, path, [(row.network, _flat(row)) for row in rows])


def build_flat_v6_mmdb(path: Path, rows: Iterable[Row]) -> Path:
    """Write an IPv6 database in the flat layout of ip-location-db; it has no IPv4."""
    writer = MMDBWriter(ip_version=6, database_type="city ipv6")
    return _write(writer, path, [(row.network, _flat(row)) for row in rows])


def build_record_mmdb(path: Path, network: str, record: Any) -> Path:
    """Write a database of one network with any record at all."""
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="Anything")
    return _write(writer, path, [(network, record)])


def build_asn_mmdb(path: Path, rows: Iterable[tuple[str, int, str]]) -> Path:
    """Write a database of networks, each its number and organisation, for IPv4 and IPv6."""
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="GeoLite2-ASN")
    records = [
        (
            network,
            {"autonomous_system_number": number, "autonomous_system_organization": organisation},
        )
        for network, number, organisation in rows
    ]
    return _write(writer, path, records)


def build_harmful_mmdb(path: Path) -> Path:
    """Write the demo database with one byte wrong: to look up 192.0.2.70 ends the process.

    A key of its record is a pointer (0x20 and an offset), and now points at a map, which
    maxminddb 3.2.0 takes for a text. The byte was found by drawing wrong ones until it crashed.
    """
    content = bytearray(build_demo_mmdb(path).read_bytes())
    assert content[1662:1664] == b"\x20\x45"
    content[1663] = 190
    temporary = path.with_name(f"{path.name}.new")
    temporary.write_bytes(content)
    return temporary.replace(path)


def _write(writer: MMDBWriter, path: Path, records: Sequence[tuple[str, Any]]) -> Path:
    for network, record in records:
        writer.insert_network(IPSet([network]), record)
    # A database in use is mapped into memory: it is replaced, never written over.
    temporary = path.with_name(f"{path.name}.new")
    writer.to_db_file(str(temporary))
    return temporary.replace(path)


def _nested(row: Row) -> dict[str, Any]:
    record: dict[str, Any] = {
        "country": {"iso_code": row.country, "names": {"en": "A country", "de": "Ein Land"}},
        "location": {
            "latitude": LATITUDE,
            "longitude": LONGITUDE,
            "accuracy_radius": ACCURACY_RADIUS_KM,
        },
        "postal": {"code": POSTAL_CODE},
    }
    if row.timezone:
        record["location"]["time_zone"] = row.timezone
    if row.city:
        record["city"] = {"names": {"en": row.city, "de": f"{row.city} auf Deutsch"}}
    if row.region or row.region_name:
        subdivision: dict[str, Any] = {"names": {"en": row.region_name}}
        # DB-IP's own files name a subdivision and give no code.
        record["subdivisions"] = [subdivision | ({"iso_code": row.region} if row.region else {})]
    return record


def _flat(row: Row) -> dict[str, Any]:
    return {
        "country_code": row.country,
        "state1": row.region_name,
        "state2": "",
        "city": row.city,
        "postcode": POSTAL_CODE,
        "latitude": LATITUDE,
        "longitude": LONGITUDE,
        "timezone": row.timezone,
    }
