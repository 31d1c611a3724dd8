"""Database: one open `.mmdb` file of places or networks, checked before it is used."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from stat import S_ISREG
from typing import Any, Literal

import maxminddb

from geoip.errors import DatabaseError
from geoip.network import network_of
from geoip.place import NOWHERE
from geoip.record import place_of

# DB-IP City Lite 2026-06 is 71 MB, paid databases several times that; our choice.
MAX_DATABASE_BYTES = 2 << 30

# MaxMind DB format specification, version 2.0, "Binary Format".
_FORMAT_VERSION = 2

# A build in the future is a broken file or clock; a day covers clocks that differ.
_CLOCK_TOLERANCE = timedelta(days=1)

# How many records to try before saying that none names a country or a network. Our choice; a file
# of either names one in nearly every record.
_RECORDS_TRIED = 1_000

Layout = Literal["nested", "flat", "network"]


@dataclass(frozen=True, slots=True)
class Attribution:
    """What the data's licence wants on pages that show results; `text` '' is nothing."""

    text: str = ""
    url: str = ""


# GeoLite2 end user licence agreement, section 2.1; DB-IP Lite licence (CC BY 4.0, link wanted).
_GEOLITE = Attribution(
    "This product includes GeoLite2 data created by MaxMind.", "https://www.maxmind.com"
)
_DB_IP = Attribution("IP Geolocation by DB-IP", "https://db-ip.com")


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """One database as an operator sees it; `problem` '' means it is in use.

    `type` is the file's own word ("GeoLite2-City", "city ipv4"); `ip_version` 4 or 6, where 6 may
    answer for IPv4 too; `layout` how its records are built: MaxMind's nested or flat, of places, or
    network, of autonomous systems.
    """

    path: Path
    type: str = ""
    built_at: datetime | None = None
    age_days: int = 0
    ip_version: int = 0
    layout: Literal["nested", "flat", "network", ""] = ""
    attribution: Attribution = Attribution()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Database:
    """An open database and the facts about it."""

    path: Path
    inode: int
    reader: maxminddb.Reader
    type: str
    built_at: datetime
    ip_version: int
    layout: Layout

    def status(self, *, now: datetime) -> DatabaseStatus:
        """Return the facts about this database at `now`."""
        return DatabaseStatus(
            path=self.path,
            type=self.type,
            built_at=self.built_at,
            age_days=max(0, (now - self.built_at).days),
            ip_version=self.ip_version,
            layout=self.layout,
            attribution=_attribution(f"{self.type} {self.path.name}"),
        )


def open_database(path: Path, *, now: datetime | None = None) -> Database:
    """Open the database at `path`, mapped into memory.

    A file that is damaged inside can end the process here: `guard.check_file` comes before.
    Raises DatabaseError when it is missing, too large, damaged, from the future, or none of
    countries, cities or networks that we can read.
    """
    try:
        found = path.stat()
        if not S_ISREG(found.st_mode):
            raise _refusal(path, "is no file")
        if found.st_size > MAX_DATABASE_BYTES:
            raise _refusal(path, f"has {found.st_size} bytes, more than {MAX_DATABASE_BYTES}")
        reader = maxminddb.open_database(path)
        return _checked(path, found.st_ino, reader, now or datetime.now(UTC))
    except FileNotFoundError:
        raise _refusal(path, "does not exist") from None
    except (OSError, ValueError, TypeError, OverflowError, maxminddb.InvalidDatabaseError) as error:
        raise _refusal(
            path, f"is damaged or no MaxMind DB file ({type(error).__name__})"
        ) from error


def records_from(reader: maxminddb.Reader, number: int, limit: int) -> Iterator[Any]:
    """Give what the file says of up to `limit` networks in a row, from the address `number` on.

    None for a network it does not know. Raises what maxminddb does.
    """
    # Not by iterating the reader: on a damaged tree its C code ends the whole process.
    family, bits = (IPv4Address, 32) if reader.metadata().ip_version == 4 else (IPv6Address, 128)
    for _ in range(limit):
        record, prefix_bits = reader.get_with_prefix_len(family(number))
        yield record
        number = (number | ((1 << (bits - prefix_bits)) - 1)) + 1
        if number >> bits:
            return


def _checked(path: Path, inode: int, reader: maxminddb.Reader, now: datetime) -> Database:
    metadata = reader.metadata()
    if metadata.binary_format_major_version != _FORMAT_VERSION:
        raise _refusal(path, f"has format version {metadata.binary_format_major_version}, not 2")
    if metadata.ip_version not in (4, 6) or metadata.node_count < 1:
        raise _refusal(path, "has senseless metadata")
    built_at = datetime.fromtimestamp(metadata.build_epoch, UTC)
    if built_at > now + _CLOCK_TOLERANCE:
        raise _refusal(path, f"was built on {built_at:%Y-%m-%d}, which is still to come")
    return Database(
        path=path,
        inode=inode,
        reader=reader,
        type=metadata.database_type,
        built_at=built_at,
        ip_version=metadata.ip_version,
        layout=_layout(path, reader, metadata.database_type),
    )


def _layout(path: Path, reader: maxminddb.Reader, kind: str) -> Layout:
    """Look up a few addresses the file says it has, and tell how what they give is built."""
    for record in records_from(reader, 0, _RECORDS_TRIED):
        if isinstance(record, dict) and place_of(record) is not NOWHERE:
            return "flat" if "country_code" in record else "nested"
        if network_of(record) is not None:
            return "network"
    raise _refusal(path, f"is of type {kind!r} and names no countries and no networks")


def _attribution(names: str) -> Attribution:
    """Return what is wanted by whoever made the data, as the file's type and name tell it.

    ip-location-db gives every maker's files the type "city ipv4"; their names differ.
    """
    words = names.lower().replace("-", "")
    if "geolite" in words:
        return _GEOLITE
    return _DB_IP if "dbip" in words else Attribution()


def _refusal(path: Path, reason: str) -> DatabaseError:
    return DatabaseError(
        f"{path} {reason}: expected a MaxMind DB file (.mmdb) of cities, countries or networks "
        "(ASN) from MaxMind, DB-IP or ip-location-db; download it again or name another"
    )
