"""Connection: the address and headers that a beacon came with."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Any

import msgspec

from collector.address import client_address
from collector.device import NO_HINTS, Hints
from collector.visitor import IPAddress

_BEARER = "bearer "


class Connection(msgspec.Struct, frozen=True, gc=False):
    """What came beside the body; lives as long as the request."""

    address: IPAddress
    user_agent: str = ""
    accept_language: str = ""
    token: str = ""  # of `Authorization: Bearer`
    has_signal: bool = False  # Sec-GPC or DNT
    hints: Hints = NO_HINTS


def connection_of(
    scope: MutableMapping[str, Any], trusted_proxies: Sequence[IPv4Network | IPv6Network]
) -> Connection:
    """Return the connection of an ASGI request."""
    lines = scope["headers"]
    client = scope["client"]
    header = dict(lines).get
    authorization = header(b"authorization", b"").decode("latin-1")
    return Connection(
        client_address(client[0] if client else None, lines, trusted_proxies),
        header(b"user-agent", b"").decode("latin-1"),
        header(b"accept-language", b"").decode("latin-1"),
        authorization[len(_BEARER) :].strip() if authorization[:7].lower() == _BEARER else "",
        header(b"sec-gpc") == b"1" or header(b"dnt") == b"1",
        _hints(header(b"sec-ch-ua"), header),
    )


def _hints(brands: bytes | None, header: Any) -> Hints:
    # Browsers that send none of the others never send these.
    if brands is None:
        return NO_HINTS
    return Hints(
        brands,
        header(b"sec-ch-ua-mobile", b""),
        header(b"sec-ch-ua-platform", b""),
        header(b"sec-ch-ua-platform-version", b""),
    )
