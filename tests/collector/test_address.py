"""Promise: an address is believed from a trusted proxy only, and then the nearest stranger's."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.listener.address import Proxies, client_address, parse_address

PROXIES = Proxies([ip_network("192.0.2.0/24"), ip_network("2001:db8:ffff::/48")])
PROXY = "192.0.2.1"
FORWARDED_FOR = "x-forwarded-for"


@pytest.mark.parametrize(
    ("peer", "headers", "expected"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        # A stranger may write what it likes.
        ("203.0.113.7", [(FORWARDED_FOR, "198.51.100.1")], "203.0.113.7"),
        (PROXY, [], PROXY),
        (PROXY, [(FORWARDED_FOR, "198.51.100.1")], "198.51.100.1"),
        # What stands left of the first stranger was written by that stranger.
        (PROXY, [(FORWARDED_FOR, "10.0.0.1, 198.51.100.1")], "198.51.100.1"),
        (PROXY, [(FORWARDED_FOR, "198.51.100.1, 192.0.2.9")], "198.51.100.1"),
        (PROXY, [(FORWARDED_FOR, "198.51.100.1"), (FORWARDED_FOR, "192.0.2.9")], "198.51.100.1"),
        (PROXY, [(FORWARDED_FOR, "192.0.2.8, 192.0.2.9")], "192.0.2.8"),
        (PROXY, [(FORWARDED_FOR, "198.51.100.1:4711")], "198.51.100.1"),
        (PROXY, [(FORWARDED_FOR, "[2001:db8::7]:4711")], "2001:db8::7"),
        (PROXY, [(FORWARDED_FOR, "2001:db8::7")], "2001:db8::7"),
        (PROXY, [(FORWARDED_FOR, "::ffff:198.51.100.1")], "198.51.100.1"),
        (PROXY, [(FORWARDED_FOR, "unknown")], PROXY),
        (PROXY, [(FORWARDED_FOR, "198.51.100.1, unknown, 192.0.2.9")], "192.0.2.9"),
        (PROXY, [(FORWARDED_FOR, "")], PROXY),
        (PROXY, [("forwarded", 'for=198.51.100.1;proto=https, For="192.0.2.9"')], "198.51.100.1"),
        (PROXY, [("forwarded", 'for="[2001:db8::7]:4711"')], "2001:db8::7"),
        (PROXY, [("forwarded", "proto=https")], PROXY),
        # X-Forwarded-For is what the proxy is known to write.
        (PROXY, [("forwarded", "for=10.0.0.1"), (FORWARDED_FOR, "198.51.100.1")], "198.51.100.1"),
        (PROXY, [("forwarded", 'for="198.51.100.1:4711";by=192.0.2.1')], "198.51.100.1"),
        (PROXY, [("forwarded", "proto=https; FOR=198.51.100.1")], "198.51.100.1"),
        (
            PROXY,
            [("forwarded", "for=198.51.100.1"), ("forwarded", "for=192.0.2.9")],
            "198.51.100.1",
        ),
        # Names that hide an address (RFC 7239, 6.2 and 6.3).
        (PROXY, [("forwarded", "for=_hidden")], PROXY),
        (PROXY, [("forwarded", "for=unknown, for=192.0.2.9")], "192.0.2.9"),
        # An interface's zone is the proxy's business (RFC 4007, 11).
        (PROXY, [(FORWARDED_FOR, "fe80::1%eth0")], "fe80::1"),
        (PROXY, [("forwarded", 'for="[fe80::1%25eth0]:80"')], "fe80::1"),
        ("fe80::1%eth0", [], "fe80::1"),
        (PROXY, [(FORWARDED_FOR, "[::ffff:198.51.100.1]:443")], "198.51.100.1"),
        (PROXY, [(FORWARDED_FOR, "2001:DB8:0:0::7")], "2001:db8::7"),
        (PROXY, [(FORWARDED_FOR, "\t198.51.100.1 ,\t192.0.2.9 ")], "198.51.100.1"),
        # What is no address ends what is believed, whatever stands left of it.
        (PROXY, [(FORWARDED_FOR, "198.51.100.1,")], PROXY),
        (PROXY, [(FORWARDED_FOR, "198.51.100.1, 1.2.3.4.5")], PROXY),
        (PROXY, [(FORWARDED_FOR, "198.51.100.1, 0x7f.1")], PROXY),
        (PROXY, [(FORWARDED_FOR, "198.51.100.1, [2001:db8::7")], "2001:db8::7"),
        (PROXY, [(FORWARDED_FOR, "198.51.100.1; drop table")], PROXY),
        (PROXY, [(FORWARDED_FOR, "198.51.100.\u00b9")], PROXY),
        # Other headers are no proxy's word here.
        (PROXY, [("x-real-ip", "198.51.100.1"), ("cf-connecting-ip", "198.51.100.1")], PROXY),
        ("::ffff:192.0.2.1", [(FORWARDED_FOR, "198.51.100.1")], "198.51.100.1"),
        ("2001:db8:ffff::1", [(FORWARDED_FOR, "198.51.100.1")], "198.51.100.1"),
        (None, [(FORWARDED_FOR, "198.51.100.1")], "127.0.0.1"),
    ],
)
def test_the_browsers_address(
    peer: str | None, headers: list[tuple[str, str]], expected: str
) -> None:
    lines = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    assert str(client_address(peer, lines, PROXIES)) == expected


def test_without_trusted_proxies_no_header_is_read() -> None:
    lines = [(FORWARDED_FOR.encode(), b"198.51.100.1")]
    assert str(client_address("127.0.0.1", lines, Proxies())) == "127.0.0.1"


@pytest.mark.parametrize("text", ["", "1.2.3", "1.2.3.4.5", "01.2.3.4", "x", "::g", "1.2.3.4\0"])
def test_other_text_is_no_address(text: str) -> None:
    assert parse_address(text) is None


@given(st.binary(), st.text())
def test_any_header_gives_an_address(value: bytes, peer: str) -> None:
    lines = [(b"x-forwarded-for", value), (b"forwarded", value)]
    assert client_address(PROXY, lines, PROXIES).packed
    assert client_address(peer, lines, PROXIES).packed
