"""Connection: the address and headers that a beacon came with."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any, Final

import msgspec

from collector.errors import BeaconError
from collector.facts.device import NO_HINTS, Hints
from collector.facts.visitor import IPAddress
from collector.listener.address import Proxies, client_address

# Twice what apps add to the longest browsers' strings.  What is longer is made up to cost time:
# 27 KB of it took 75 ms to search for bots.
_LONGEST_AGENT: Final = 1_024


class Connection(msgspec.Struct, frozen=True, gc=False):
    """What came beside the body; lives as long as the request."""

    address: IPAddress
    user_agent: str = ""
    accept_language: str = ""
    token: str = ""  # of `Authorization: Bearer`
    has_signal: bool = False  # Sec-GPC or DNT
    hints: Hints = NO_HINTS


def connection_of(scope: MutableMapping[str, Any], proxies: Proxies) -> Connection:
    """Return the connection of an ASGI request."""
    lines = scope["headers"]
    client = scope["client"]
    header = dict(lines).get
    authorization = header(b"authorization")
    brands = header(b"sec-ch-ua")
    return Connection(
        client_address(client[0] if client else None, lines, proxies),
        header(b"user-agent", b"")[:_LONGEST_AGENT].decode("latin-1"),
        header(b"accept-language", b"").decode("latin-1"),
        "" if authorization is None else _token(authorization.decode("latin-1")),
        header(b"sec-gpc") == b"1" or header(b"dnt") == b"1",
        # Browsers that do not send these send no others.
        NO_HINTS if brands is None else _hints(brands, header),
    )


def encoding_error(scope: MutableMapping[str, Any]) -> BeaconError | None:
    """Return what is wrong with a body that could not be read, if it came encoded.

    No encoding is undone: a few bytes may stand for gigabytes, and a beacon gains nothing by it.
    """
    encoding = dict(scope["headers"]).get(b"content-encoding", b"identity")
    if encoding.strip().lower() in (b"", b"identity"):
        return None
    return BeaconError(
        "the body is encoded: expected JSON as it is, without Content-Encoding", status=415
    )


def _token(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _hints(brands: bytes, header: Callable[[bytes, bytes], bytes]) -> Hints:
    return Hints(
        brands,
        header(b"sec-ch-ua-mobile", b""),
        header(b"sec-ch-ua-platform", b""),
        header(b"sec-ch-ua-platform-version", b""),
    )
