"""Validation: a payload and its connection to a beacon, or an error that names every bad field."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final, TypeVar

import msgspec
from msgspec import Raw

from collector.decode import Payload, Problems, Props, Scalar, Vitals
from collector.errors import BeaconError
from collector.facts.money import NO_MONEY, Money, money_of
from collector.facts.page import Page, page_of, split_url
from collector.facts.scrub import scrubbed
from collector.facts.visitor import IPAddress
from collector.listener.address import parse_address
from collector.listener.connection import Connection
from collector.rules.site import Door

# Plausible's limits, which its trackers keep to (plausible.io/docs/custom-props/introduction).
_LONGEST_KEY: Final = 300
_LONGEST_VALUE: Final = 2_000

# How far another server's clock may be ahead of ours.
_CLOCK_SKEW: Final = timedelta(minutes=1)
_TWO_DAYS: Final = timedelta(days=2)

_NO_PROPS: Final[dict[str, str]] = {}
_NOT_READ: Final = Page("", "/")
_TOKEN_ADVICE: Final = (
    "is taken only with 'Authorization: Bearer' and a token of scope 'events' for this site: make "
    "one with 'footfall token add NAME --scope events'"
)
_T = TypeVar("_T")


class Beacon(msgspec.Struct, frozen=True, gc=False):
    """What a browser sent, well formed, and the connection it came by.  Not trusted."""

    sites: tuple[str, ...]  # known ones, each once
    name: str
    page: Page
    query: str
    connection: Connection
    address: IPAddress
    user_agent: str
    referrer: str = ""
    props: dict[str, str] = {}
    money: Money = NO_MONEY
    is_interactive: bool = True
    engaged_ms: int = 0
    scroll_depth: int = 0
    vitals: Vitals | None = None
    page_id: str = ""
    consent_id: str = ""
    id: str = ""
    has_signal: bool = False
    is_automated: bool = False
    screen_width: float | None = None
    timezone: str = ""
    language: str = ""
    time: datetime | None = None  # None is now
    is_vouched: bool = False  # by a server's token, which stands for its own programs
    is_from_server: bool = False  # by its token: the connection is the server's, not a browser's


def validate(
    payload: Payload, problems: Problems, connection: Connection, door: Door, now: datetime
) -> Beacon:
    """Return the beacon; raises BeaconError with every bad field, those in `problems` too."""
    if problems:
        problems = dict(problems)
    p = payload
    name = p.name if p.name is not None else p.n
    if name is None or not name.strip():
        problems.setdefault(
            _sent(problems, "name", "n"), ["expected a string of 1 to 120 characters, not blank"]
        )
        name = ""
    page, query = _page(p, problems)
    sites = _sites(p, door, problems)
    money = _money(p, problems)
    claims = _NO_CLAIMS
    if connection.token or p.ip is not None or p.user_agent is not None or p.timestamp is not None:
        claims = _claims(p, connection, sites, door, now, problems)
    props = _props(p, problems)
    if problems:
        raise BeaconError("the beacon has fields that cannot be taken", problems)
    is_interactive = p.interactive if p.interactive is not None else p.i
    return Beacon(
        sites,
        scrubbed(name.strip()),
        page,
        query,
        connection,
        claims.address or connection.address,
        connection.user_agent if claims.user_agent is None else claims.user_agent,
        p.referrer if p.referrer is not None else p.r or "",
        props,
        money,
        is_interactive is not False,
        round((p.engagement_time if p.engagement_time is not None else p.e) or 0),
        round((p.scroll_depth if p.scroll_depth is not None else p.sd) or 0),
        p.vitals or p.v8,
        p.page_id or p.k or "",
        p.consent_id or p.c or "",
        p.id or "",
        connection.has_signal or p.signal is True or p.g is True,
        p.automated is True or p.b is True,
        p.screen_width if p.screen_width is not None else p.w,
        p.timezone or p.tz or "",
        p.language or p.l or connection.accept_language,
        claims.time,
        claims.is_vouched and claims.user_agent is None,
        claims.is_vouched,
    )


def _page(payload: Payload, problems: Problems) -> tuple[Page, str]:
    url = payload.url if payload.url is not None else payload.u
    if url is not None:
        location, query = split_url(url)
        page = page_of(location)
        if page is not None:
            return page, query
    problems.setdefault(
        _sent(problems, "url", "u"),
        ["expected the page's full address, such as https://shop.example/cart"],
    )
    return _NOT_READ, ""


def _sites(payload: Payload, door: Door, problems: Problems) -> tuple[str, ...]:
    domain = payload.domain if payload.domain is not None else payload.d
    # The one name of nearly every beacon needs no list.
    if domain is not None and domain in door.sites:
        return (domain,)
    names = [name.strip() for name in (domain or "").split(",")]
    unknown = [name for name in dict.fromkeys(names) if name and name not in door.sites]
    known = tuple(dict.fromkeys(name for name in names if name in door.sites))
    if unknown:
        problems.setdefault(
            "domain" if payload.domain is not None else "d",
            [
                f"no site is named {name[:253]!r}: add it with 'footfall site add {name[:253]}'"
                for name in unknown[:3]
            ],
        )
    elif not known:
        problems.setdefault(
            _sent(problems, "domain", "d"),
            ["expected the name of a site: 'footfall site list' shows them"],
        )
    return known


def _sent(problems: Problems, long: str, short: str) -> str:
    """Return the name that a field's problem stands under already, else its long name."""
    return short if short in problems and long not in problems else long


def _money(payload: Payload, problems: Problems) -> Money:
    sent = payload.revenue if payload.revenue is not None else payload.revenue_short
    if sent is None:
        return NO_MONEY
    try:
        return money_of(sent)
    except ValueError as error:
        problems["revenue" if payload.revenue is not None else "$"] = [str(error)]
        return NO_MONEY


def _props(payload: Payload, problems: Problems) -> dict[str, str]:
    """Return the properties as text; null is left out, and what is too long is cut."""
    for name in ("p", "props", "meta", "m"):
        sent: dict[str, Scalar] | str | None = getattr(payload, name)
        if sent is not None:
            break
    else:
        return _NO_PROPS
    try:
        members = _members(sent) if isinstance(sent, str) else sent
    except (msgspec.MsgspecError, RecursionError):
        problems[name] = [
            "expected an object, or a JSON string of one, of at most 30 values, each a string, a"
            " number, true, false or null"
        ]
        return _NO_PROPS
    return {
        _kept(key, _LONGEST_KEY): _kept(_text(value), _LONGEST_VALUE)
        for key, value in members.items()
        if value is not None
    }


# What is cut off must not leave half an address that is known for one only as a whole.
_LONGEST_ADDRESS: Final = 320


def _kept(text: str, longest: int) -> str:
    return scrubbed(text[: longest + _LONGEST_ADDRESS])[:longest]


_decode_props = msgspec.json.Decoder(Props).decode


def _members(text: str) -> dict[str, Scalar]:
    members: dict[str, Scalar] = _decode_props(text) if text.strip() not in ("", "null") else {}
    return members


def _text(value: Scalar) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


class _Claims(msgspec.Struct, frozen=True, gc=False):
    """What a shop's own server says in a visitor's place; None is nothing."""

    address: IPAddress | None = None
    user_agent: str | None = None
    time: datetime | None = None
    is_vouched: bool = False


_NO_CLAIMS: Final = _Claims()


def _claims(
    payload: Payload,
    connection: Connection,
    sites: tuple[str, ...],
    door: Door,
    now: datetime,
    problems: Problems,
) -> _Claims:
    """Return what a token allows to claim; without a token these are unknown fields."""
    if not connection.token:
        return _NO_CLAIMS
    if not _is_allowed(connection.token, sites, door):
        for name in ("ip", "user_agent", "timestamp"):
            if getattr(payload, name) is not None:
                problems[name] = [_TOKEN_ADVICE]
        return _NO_CLAIMS
    ip = _claim(payload.ip, str, "ip", "an IPv4 or IPv6 address", problems)
    address = None if ip is None else parse_address(ip)
    if ip is not None and address is None:
        problems["ip"] = ["expected an IPv4 or IPv6 address"]
    user_agent = _claim(payload.user_agent, str, "user_agent", "a string", problems)
    time = _claim(
        payload.timestamp, datetime, "timestamp", 'a time such as "2026-01-31T09:30:00Z"', problems
    )
    if time is not None:
        problem = _time_problem(time, sites, door, now)
        if problem:
            problems["timestamp"] = [problem]
    return _Claims(address, user_agent, time, is_vouched=True)


def is_known_token(token: str, door: Door) -> bool:
    """Tell whether a token was given out; for which sites is another question."""
    return hashlib.sha256(token.encode()).hexdigest() in door.event_tokens


def _is_allowed(token: str, sites: tuple[str, ...], door: Door) -> bool:
    allowed = door.event_tokens.get(hashlib.sha256(token.encode()).hexdigest())
    return allowed is not None and (not allowed or set(sites) <= set(allowed))


def _claim(
    raw: Raw | None, kind: type[_T], name: str, expected: str, problems: Problems
) -> _T | None:
    if raw is None or bytes(raw) == b"null":
        return None
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        problems[name] = [f"expected {expected}"]
        return None


def _time_problem(time: datetime, sites: tuple[str, ...], door: Door, now: datetime) -> str:
    """Return why a server's time cannot be taken, "" when it can."""
    if time.tzinfo is None:
        return 'expected an offset, such as the Z of "2026-01-31T09:30:00Z" (RFC 3339)'
    if time > now + _CLOCK_SKEW:
        return "is more than a minute ahead of this server's clock"
    for name in sites:
        site = door.sites[name].site
        # Two days cover any zone; a zone's arithmetic fails at the ends of the calendar.
        if time < now - _TWO_DAYS or site.day_at(time) < site.day_at(now):
            return f"is before today in {name}'s time zone, {site.timezone}: a closed day is closed"
    return ""
