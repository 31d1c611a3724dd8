"""Origin: only a trusted proxy is believed about where a request came from."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from starlette.requests import Request

from dashboard.signin.origin import client_address, is_https

PROXIES = (ip_network("192.0.2.0/28"), ip_network("2001:db8::/64"))


def request(client: str, **headers: str) -> Request:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(
        {
            "type": "http",
            "scheme": "http",
            "server": ("shop.example", 80),
            "path": "/",
            "query_string": b"",
            "client": (client, 1),
            "headers": [(name.encode(), value.encode()) for name, value in names.items()],
        }
    )


@pytest.mark.parametrize(
    ("client", "forwarded", "address"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("192.0.2.1", "198.51.100.1", "198.51.100.1"),
        ("192.0.2.1", "198.51.100.1, 192.0.2.2", "198.51.100.1"),
        ("192.0.2.1", "10.9.9.9, 198.51.100.1", "198.51.100.1"),
        ("2001:db8::1", "2001:db8:1::7", "2001:db8:1::7"),
        ("192.0.2.1", "", "192.0.2.1"),
    ],
)
def test_the_first_hop_that_is_no_proxy_of_ours_is_the_client(
    client: str, forwarded: str, address: str
) -> None:
    assert client_address(request(client, x_forwarded_for=forwarded), PROXIES) == address


def test_encryption_is_what_a_trusted_proxy_says() -> None:
    assert is_https(request("192.0.2.1", x_forwarded_proto="https"), PROXIES)
    assert not is_https(request("203.0.113.9", x_forwarded_proto="https"), PROXIES)
    assert not is_https(request("192.0.2.1"), PROXIES)
