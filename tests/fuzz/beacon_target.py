"""Target: what must hold of every request's bytes, from the body to the journal's record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from collector.decode import decode
from collector.enrich import enrich
from collector.errors import BeaconError
from collector.event import Drop, Event
from collector.facts.salt import Salt
from collector.journal.frames import decode_frames, encode_frame
from collector.listener.address import Proxies
from collector.listener.connection import Connection, connection_of
from collector.rules.published import Rules
from collector.rules.site import Door, prepare
from collector.validate import validate
from geoip import Locator
from schema.sites import Site

NOW: Final = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
TOKEN: Final = "not-a-secret"

_SITES: Final = (
    Site(name="shop.example", timezone="Asia/Baku"),
    Site(
        name="other.example",
        hostnames=("*",),
        excluded_paths=("/a*/**", "/**.php"),
        excluded_networks=("192.0.2.0/24", "2001:db8::/32"),
        signal="drop",
    ),
)
_DOOR: Final[Door] = prepare(
    Rules(
        published_at=NOW,
        sites={site.name: site for site in _SITES},
        event_tokens={sha256(TOKEN.encode()).hexdigest(): ()},
    )
)
_SALT: Final = Salt(NOW.date(), bytes(range(32)))
# Without databases: they have their own tests, and one that changes changes what is found.
_NO_PLACES: Final = Locator((), directory=Path("/nonexistent"))
_HEADERS: Final = (
    b"user-agent",
    b"accept-language",
    b"x-forwarded-for",
    b"sec-ch-ua",
    b"sec-ch-ua-platform",
    b"sec-ch-ua-platform-version",
)


def feed(data: bytes) -> list[Event | Drop]:
    """Take one request's bytes; return its records, none for what is refused.

    Lines before the last one are headers, in the order of `_HEADERS`; then comes the body.  Raises
    whatever is a fault: nothing but BeaconError may come of a beacon.
    """
    *lines, body = data.split(b"\n", len(_HEADERS))
    headers = list(zip(_HEADERS, lines, strict=False))
    # With few headers, a server's call: what it claims is read, too.
    if len(lines) % 2:
        headers.append((b"authorization", b"Bearer " + TOKEN.encode()))
    connection = connection_of({"headers": headers, "client": ("203.0.113.7", 4)}, Proxies())
    try:
        return _records(body, connection)
    except BeaconError as error:
        _check_refusal(error)
        return []


def _records(body: bytes, connection: Connection) -> list[Event | Drop]:
    payload, problems = decode(body)
    beacon = validate(payload, problems, connection, _DOOR, NOW)
    assert beacon.sites
    records: list[Event | Drop] = []
    for name in beacon.sites:
        record = enrich(beacon, _DOOR.sites[name], _SALT, _NO_PLACES, NOW, lambda: 7)
        _check_record(record)
        records.append(record)
    return records


def _check_record(record: Event | Drop) -> None:
    """Check that the journal takes a record and gives the same one back, and what it may say."""
    frame = encode_frame(record)
    (found,), damage, end = decode_frames(frame, 0, 2)
    assert (found.record, damage, end) == (record, [], len(frame))
    if isinstance(record, Event):
        assert 0 <= record.visitor < 2**64
        assert 0 <= record.sample < 256
        assert NOW - timedelta(days=1) < record.time <= NOW + timedelta(minutes=1)
        assert "?" not in record.path
        assert "#" not in record.path


def _check_refusal(error: BaseException) -> None:
    assert isinstance(error, BeaconError)
    assert 400 <= error.status < 500
    for problems in error.fields.values():
        assert problems
        assert all(problem.encode() for problem in problems)
