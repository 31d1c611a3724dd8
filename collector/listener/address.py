"""Address: where a beacon came from, as far as what says so can be trusted."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

from collector.facts.visitor import IPAddress

# Whoever is on the other end of a Unix socket is on this machine.
_THIS_MACHINE: Final = IPv4Address("127.0.0.1")

# Far more balancers than anybody has; a whole network that is trusted may hold more machines.
_KNOWN_PROXIES: Final = 1_024


def parse_address(text: str) -> IPAddress | None:
    """Return the address in `text`, IPv4 where it is mapped into IPv6; None when it is none."""
    try:
        # Half the time of ip_address(), which is paid once a beacon.
        if ":" not in text:
            return IPv4Address(socket.inet_pton(socket.AF_INET, text))
        packed = socket.inet_pton(socket.AF_INET6, text.partition("%")[0])
    except (OSError, ValueError):
        return None
    address = IPv6Address(packed)
    return address.ipv4_mapped or address


class Proxies:
    """The networks whose headers are believed; remembers which peers are theirs, and no others."""

    def __init__(self, networks: Iterable[IPv4Network | IPv6Network] = ()) -> None:
        self._networks = tuple(networks)
        self._known: set[str] = set()

    def __contains__(self, address: IPAddress) -> bool:
        return any(address in network for network in self._networks)

    def has_peer(self, peer: str | None) -> bool:
        """Tell whether the other end of a connection is one of them."""
        if not self._networks:
            return False
        if peer in self._known:
            return True
        address = _peer_address(peer)
        if address not in self:
            return False
        if peer is not None and len(self._known) < _KNOWN_PROXIES:
            self._known.add(peer)
        return True


def client_address(
    peer: str | None, headers: Iterable[tuple[bytes, bytes]], proxies: Proxies
) -> IPAddress:
    """Return the browser's address: the nearest one that is no trusted proxy.

    `peer` is the connection's, None for a Unix socket.  Headers are believed only from a proxy,
    and only as far as proxies wrote them: what stands left of the first stranger is hearsay.
    """
    if not proxies.has_peer(peer):
        return _peer_address(peer)
    address = None
    for hop in reversed(_hops(headers)):
        found = parse_address(hop)
        if found is None:
            break
        address = found
        if address not in proxies:
            break
    return address or _peer_address(peer)


def _peer_address(peer: str | None) -> IPAddress:
    return (parse_address(peer) if peer is not None else None) or _THIS_MACHINE


def _hops(headers: Iterable[tuple[bytes, bytes]]) -> list[str]:
    """Return the hops that proxies noted, nearest last: X-Forwarded-For's, else Forwarded's."""
    noted: list[str] = []
    forwarded: list[str] = []
    for name, value in headers:
        if name == b"x-forwarded-for":
            noted += value.decode("latin-1").split(",")
        elif name == b"forwarded":
            forwarded += value.decode("latin-1").split(",")
    return [_bare(hop) for hop in noted] or [_bare(_for(element)) for element in forwarded]


def _for(element: str) -> str:
    """Return the `for` of one element of Forwarded (RFC 7239, 4), "" without one."""
    for pair in element.split(";"):
        key, _, value = pair.strip().partition("=")
        if key.lower() == "for":
            return value.strip('"')
    return ""


def _bare(hop: str) -> str:
    """Return the address in "192.0.2.1:8080" and "[2001:db8::1]:8080" without port and brackets."""
    hop = hop.strip()
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop
