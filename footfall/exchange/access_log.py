"""Access log: pageviews in a web server's log, combined format or Caddy's JSON.

Addresses and user agents end here: a visitor is their hash under a key that nobody keeps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from collector.event import NOBODY
from collector.facts.device import device_of
from collector.facts.visitor import IPAddress, VisitorId
from collector.listener.address import parse_address
from collector.rules.bot import bot_family
from collector.rules.site import SiteRules
from footfall.exchange.making import LeftOutError, Said, make_event
from footfall.exchange.pseudonyms import Pseudonyms
from footfall.exchange.records import FileError, Notes, Records, Row
from footfall.exchange.source import Source
from geoip import Locator

# Apache's and nginx's "combined": address, two names, time, request, status, bytes, and what the
# browser said: referrer and agent.
_COMBINED: Final = re.compile(
    r'(?P<address>\S+) \S+ \S.*? ?\[(?P<time>[^\]]+)\] "(?P<request>(?:[^"\\]|\\.)*)"'
    r" (?P<status>\d{3}) (?:\d+|-)"
    r'(?: "(?P<referrer>(?:[^"\\]|\\.)*)" "(?P<agent>(?:[^"\\]|\\.)*)")?'
)
_COMBINED_TIME: Final = "%d/%b/%Y:%H:%M:%S %z"
# Lines come in order, a page's within the same second.
_TIMES_KEPT: Final = 64
_EXPECTED: Final = "a line of the combined format, or a JSON object as Caddy writes"
_ESCAPED: Final = re.compile(r'\\(x[0-9A-Fa-f]{2}|["\\])')

# What is a page by its name: these endings, and names without one.
_PAGES: Final = frozenset({"", ".html", ".htm", ".xhtml", ".php", ".asp", ".aspx", ".jsp", ".cfm"})
_NOT_MODIFIED: Final = 304


class _Request(msgspec.Struct, frozen=True):
    """One line of a log."""

    time: datetime
    address: str
    method: str
    url: str
    status: int
    referrer: str = ""
    user_agent: str = ""
    hostname: str = ""
    language: str = ""
    media_type: str = ""
    has_signal: bool = False


class _CaddyRequest(msgspec.Struct):
    method: str
    uri: str
    host: str = ""
    remote_ip: str = ""
    client_ip: str = ""
    headers: dict[str, list[str]] = {}


class _CaddyLine(msgspec.Struct):
    ts: float | str
    request: _CaddyRequest
    status: int
    resp_headers: dict[str, list[str]] = {}


_decode_caddy = msgspec.json.Decoder(_CaddyLine).decode


def read_access_log(
    source: Source, rules: SiteRules, notes: Notes, names: Pseudonyms, locator: Locator
) -> Records:
    """Yield the pageviews of people; everything else is counted among what is left out."""
    notes.mapped += [
        "time → time",
        "address, user agent → visitor (hashed, then forgotten), device, place",
        "request → path, campaign",
        "referrer → referrer, source, channel",
    ]
    notes.lose("engagement, screens and custom events: a server does not see them")
    for number, line in source.lines():
        notes.rows_read += 1
        request = _parsed(source, number, line)
        try:
            yield Row(make_event(_said(request, rules, names, locator), rules))
        except LeftOutError as left_out:
            notes.leave_out(str(left_out))


def _parsed(source: Source, number: int, line: str) -> _Request:
    if line.startswith("{"):
        try:
            return _of_caddy(_decode_caddy(line))
        except (msgspec.MsgspecError, ValueError, OverflowError) as error:
            raise FileError(source.path, number, f"expected {_EXPECTED}") from error
    found = _COMBINED.match(line)
    if found is None:
        raise FileError(source.path, number, f"expected {_EXPECTED}")
    method, _, rest = _plain(found["request"]).partition(" ")
    try:
        time = _combined_time(found["time"])
    except ValueError as error:
        raise FileError(
            source.path, number, "expected a time such as 31/Jan/2026:09:30:00 +0000"
        ) from error
    return _Request(
        time,
        found["address"],
        method,
        rest.rpartition(" ")[0] or rest,
        int(found["status"]),
        _given(found["referrer"]),
        _given(found["agent"]),
    )


@lru_cache(maxsize=_TIMES_KEPT)
def _combined_time(text: str) -> datetime:
    return datetime.strptime(text, _COMBINED_TIME).astimezone(UTC)


def _of_caddy(line: _CaddyLine) -> _Request:
    request, headers = line.request, line.request.headers
    return _Request(
        _caddy_time(line.ts),
        request.client_ip or request.remote_ip,
        request.method,
        request.uri,
        line.status,
        _header(headers, "Referer"),
        _header(headers, "User-Agent"),
        urlsplit(f"//{request.host}").hostname or "",
        _header(headers, "Accept-Language"),
        _header(line.resp_headers, "Content-Type"),
        "1" in (_header(headers, "Sec-Gpc"), _header(headers, "Dnt")),
    )


def _caddy_time(text: float | str) -> datetime:
    """Return Caddy's `ts`: seconds, or a text where the log was told to write one."""
    if isinstance(text, str):
        time = datetime.fromisoformat(text)
        return time if time.tzinfo else time.replace(tzinfo=UTC)
    return datetime.fromtimestamp(text, UTC)


def _header(headers: Mapping[str, list[str]], name: str) -> str:
    for key, values in headers.items():
        if key.lower() == name.lower() and values:
            return values[0]
    return ""


def _said(request: _Request, rules: SiteRules, names: Pseudonyms, locator: Locator) -> Said:
    """Return what a line says of a pageview; raises LeftOutError for any other line."""
    _check_page(request)
    modes = rules.modes
    if modes["declared"] == "drop" and bot_family(request.user_agent):
        raise LeftOutError("bots")
    address = parse_address(request.address)
    if address is None:
        raise LeftOutError("lines without an address")
    if modes["address"] == "drop" and rules.excludes_address(address):
        raise LeftOutError("addresses that the site excludes")
    if request.has_signal and rules.site.signal == "drop":
        raise LeftOutError("pageviews with a signal not to track")
    place = locator.locate(address, "")
    return Said(
        time=request.time,
        visitor=_visitor(request, rules, names, address),
        url=request.url,
        hostname=request.hostname,
        referrer=request.referrer,
        device=device_of(request.user_agent),
        country=place.country,
        region=place.region,
        city=place.city,
        language=request.language,
    )


def _visitor(
    request: _Request, rules: SiteRules, names: Pseudonyms, address: IPAddress
) -> VisitorId:
    if request.has_signal:
        return VisitorId(NOBODY)
    return names.of_address(rules.site.day_at(request.time), address, request.user_agent)


def _check_page(request: _Request) -> None:
    if request.method != "GET":
        raise LeftOutError("requests that are no GET")
    if not (200 <= request.status < 300 or request.status == _NOT_MODIFIED):
        raise LeftOutError("answers that are no page (redirects and errors)")
    media_type = request.media_type.partition(";")[0].strip()
    path = request.url.partition("?")[0]
    is_page = (
        media_type in ("text/html", "application/xhtml+xml")
        if media_type
        else _ending(path) in _PAGES
    )
    if not is_page:
        raise LeftOutError("files that are no pages")


def _ending(path: str) -> str:
    """Return the ending of a path's last part with its dot, "" without one."""
    _, dot, ending = path.rpartition("/")[2].rpartition(".")
    return (dot + ending).lower() if dot else ""


def _given(text: Any) -> str:
    """Return a quoted field of the combined format; "-" and none are ""."""
    return "" if text in (None, "-") else _plain(str(text))


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: _unescaped(found[1]), text) if "\\" in text else text


def _unescaped(escape: str) -> str:
    return chr(int(escape[1:], 16)) if escape[0] == "x" else escape
