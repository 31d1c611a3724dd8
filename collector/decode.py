"""Decoding: bytes to a payload, the fields under the names they were sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias

import msgspec
from msgspec import Meta, Raw, field

from collector.errors import BeaconError

# What is wrong with each field, by the name it was sent under.
Problems: TypeAlias = dict[str, list[str]]

# Columns of the store: UInt32 for times.
_MOST_MS: Final = 2**32 - 1

Scalar: TypeAlias = str | int | float | bool | None
_Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=120)] | None
_Url: TypeAlias = Annotated[str, Meta(max_length=2_000)] | None
_Text: TypeAlias = str | None
# At least 128 random bits; twice what the longest usual form of them takes.
_RandomId: TypeAlias = Annotated[str, Meta(max_length=256)] | None
_BeaconId: TypeAlias = Annotated[str, Meta(max_length=64)] | None
_Flag: TypeAlias = bool | None
_Number: TypeAlias = float | None
_Ms: TypeAlias = Annotated[float, Meta(ge=0, le=_MOST_MS)] | None
_Percent: TypeAlias = Annotated[float, Meta(ge=0, le=100)] | None
Props: TypeAlias = Annotated[dict[str, Scalar], Meta(max_length=30)]
_Props: TypeAlias = Props | str | None


class Revenue(msgspec.Struct, frozen=True, gc=False):
    """An amount of money; the amount's own digits, as a float would lose some."""

    amount: Raw
    currency: str


_Revenue: TypeAlias = Revenue | str | None


class Vitals(msgspec.Struct, frozen=True, gc=False):
    """Core Web Vitals of one page load."""

    lcp: _Ms = None
    fcp: _Ms = None
    ttfb: _Ms = None
    inp: _Ms = None
    cls: Annotated[float, Meta(ge=0, le=1_000)] | None = None


class Payload(msgspec.Struct, frozen=True, gc=False):
    """A body's fields under long and short names; None is absent."""

    n: _Name = None
    u: _Url = None
    d: _Text = None
    p: _Props = None
    revenue_short: _Revenue = field(default=None, name="$")
    i: _Flag = None
    k: _RandomId = None
    g: _Flag = None
    b: _Flag = None
    w: _Number = None
    tz: _Text = None
    l: _Text = None  # noqa: E741  # the name on the wire
    id: _BeaconId = None
    r: _Text = None
    e: _Ms = None
    sd: _Percent = None
    v8: Vitals | None = None
    c: _RandomId = None
    name: _Name = None
    url: _Url = None
    domain: _Text = None
    referrer: _Text = None
    props: _Props = None
    meta: _Props = None
    m: _Props = None
    revenue: _Revenue = None
    interactive: _Flag = None
    scroll_depth: _Percent = None
    engagement_time: _Ms = None
    vitals: Vitals | None = None
    page_id: _RandomId = None
    signal: _Flag = None
    automated: _Flag = None
    screen_width: _Number = None
    timezone: _Text = None
    language: _Text = None
    consent_id: _RandomId = None
    # Read only for a token of scope `events`; without one they are unknown fields.
    ip: Raw | None = None
    user_agent: Raw | None = None
    timestamp: Raw | None = None


_EXPECTED: Final = {
    _Name: "a string of 1 to 120 characters",
    _Url: "a string of at most 2,000 characters",
    _Text: "a string",
    _RandomId: "a string of at most 256 characters",
    _BeaconId: "a string of at most 64 characters",
    _Flag: "true or false",
    _Number: "a number",
    _Ms: f"a number of milliseconds from 0 to {_MOST_MS}",
    _Percent: "a number from 0 to 100",
    _Props: "an object of at most 30 values, each a string, a number, true, false or null",
    _Revenue: 'an object such as {"amount": "12.50", "currency": "AZN"}',
    Vitals | None: "an object of lcp, fcp, ttfb and inp in milliseconds and cls, none below 0",
}
_FIELDS: Final = {
    found.encode_name: (found.name, found.type)
    for found in msgspec.structs.fields(Payload)
    if found.type != Raw | None
}
_payload = msgspec.json.Decoder(Payload).decode
_members = msgspec.json.Decoder(dict[str, Raw]).decode


def decode(body: bytes) -> tuple[Payload, Problems]:
    """Return the fields that could be read, and what is wrong with the others.

    Raises BeaconError when the body is no JSON object.
    """
    try:
        return _payload(body), {}
    except msgspec.ValidationError:
        return _decode_each(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BeaconError(_NO_OBJECT) from None


_NO_OBJECT: Final = "the body could not be read: expected one JSON object, encoded as UTF-8"


def _decode_each(body: bytes) -> tuple[Payload, Problems]:
    """Read field by field: to find all that are wrong, and to take "1" for a number or true."""
    try:
        members: Mapping[str, Raw] = _members(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BeaconError(_NO_OBJECT) from None
    values: dict[str, Any] = {}
    problems: Problems = {}
    for sent_name, raw in members.items():
        if sent_name not in _FIELDS:
            continue
        name, kind = _FIELDS[sent_name]
        try:
            values[name] = msgspec.json.decode(raw, type=kind, strict=False)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            problems[sent_name] = [f"expected {_EXPECTED[kind]}; got {_given(raw)}"]
    values |= {name: members[name] for name in ("ip", "user_agent", "timestamp") if name in members}
    return Payload(**values), problems


def _given(raw: Raw) -> str:
    """Return what kind of value was sent, without the value."""
    text = bytes(raw)
    try:
        value = msgspec.json.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return "something unreadable"
    if isinstance(value, str):
        return f"a string of {len(value)} characters"
    if isinstance(value, dict):
        return f"an object of {len(value)} values"
    if isinstance(value, list):
        return "an array"
    return text.decode()[:40]
