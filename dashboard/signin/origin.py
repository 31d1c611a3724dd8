"""Origin: whose request it is and how it came, behind proxies that are trusted to say so."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

from starlette.requests import HTTPConnection

Networks = Sequence[IPv4Network | IPv6Network]


def client_address(request: HTTPConnection, trusted: Networks) -> str:
    """Return the address a request came from, "" when unknown; for limits, never to be kept.

    From the right of `X-Forwarded-For`, the first that is no trusted proxy.
    """
    address = request.client.host if request.client else ""
    hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",")]
    while _is_trusted(address, trusted) and hops and hops[-1]:
        address = hops.pop()
    return address


def is_https(request: HTTPConnection, trusted: Networks) -> bool:
    """Return whether the browser's own connection is encrypted."""
    direct = request.client.host if request.client else ""
    if _is_trusted(direct, trusted) and "x-forwarded-proto" in request.headers:
        return request.headers["x-forwarded-proto"].split(",")[-1].strip() == "https"
    return request.url.scheme == "https"


def _is_trusted(address: str, trusted: Networks) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in trusted)
