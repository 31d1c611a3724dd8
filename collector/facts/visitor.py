"""Visitor: the pseudonym of one browser on one site for the life of one salt."""

from __future__ import annotations

import hashlib
import struct
from ipaddress import IPv4Address, IPv6Address
from typing import Final, NewType, TypeAlias

from collector.facts.salt import Salt

VisitorId = NewType("VisitorId", int)
IPAddress: TypeAlias = IPv4Address | IPv6Address

# ClickHouse UInt64. With 10 million visitors a day, two collide about once in
# 370,000 days (birthday bound, n**2 / 2**65).
VISITOR_ID_BYTES: Final = 8

_LENGTHS: Final = struct.Struct(">IB").pack


def visitor_id(salt: Salt, site: str, address: IPAddress, user_agent: str) -> VisitorId:
    """Return the visitor's pseudonym, an unsigned 64-bit integer and never 0.

    `user_agent` is the header as received, "" when absent.  Pure, raises nothing.
    Once `salt` is destroyed, the address can no longer be found by trying them all.
    """
    site_bytes, address_bytes = site.encode(), address.packed
    # The lengths keep ("ab", "c") and ("a", "bc") apart; the last part needs none.
    message = _LENGTHS(len(site_bytes), len(address_bytes)) + site_bytes + address_bytes
    message += user_agent.encode("utf-8", "replace")
    digest = hashlib.blake2b(message, key=salt.key, digest_size=VISITOR_ID_BYTES).digest()
    # 0 is nobody.
    return VisitorId(int.from_bytes(digest, "big") or 1)


def sample_of(visitor: VisitorId) -> int:
    """Return the visitor's sample, 0..255.

    The high byte: clusters shard by the low bits, and a sample must be spread over all shards.
    """
    return visitor >> 56
