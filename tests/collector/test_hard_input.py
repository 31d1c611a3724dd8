"""Promise: whatever comes over the wire is answered 4xx or counted, at once; never 5xx, no hang."""

from __future__ import annotations

import gzip
import json
import socket
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from tests.build import CHROME, SITE, a_site
from tests.collector.served import LIMIT_S, Served, served

BODY = json.dumps({"n": "pageview", "u": f"https://{SITE}/", "d": SITE}).encode()
PATIENCE_S = 0.5
# Far above what any answer takes (the figures are printed), far below a hang.
HANG_S = 5.0


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("hard"), a_site(), patience_s=PATIENCE_S) as found:
        yield found


def a_request(
    body: bytes = BODY,
    *headers: bytes,
    start: bytes = b"POST /api/event HTTP/1.1",
    length: int | None = None,
) -> bytes:
    """Return a request's bytes; it asks for the connection's end."""
    lines = [start, b"Host: x", f"User-Agent: {CHROME}".encode(), b"Connection: close", *headers]
    if not any(line.lower().startswith((b"transfer-", b"content-length")) for line in headers):
        lines.append(b"Content-Length: %d" % (len(body) if length is None else length))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def a_beacon_with(**changes: object) -> bytes:
    return json.dumps({"n": "pageview", "u": f"https://{SITE}/", "d": SITE} | changes).encode()


def chunked(*chunks: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


def exchange(port: int, request: bytes) -> tuple[list[int], float]:
    """Send a request; return the statuses of the answers and the seconds until the end of them."""
    with closing(socket.create_connection(("127.0.0.1", port), HANG_S)) as connection:
        begun_s = time.monotonic()
        answer = b""
        with suppress(ConnectionError):  # it may be closed before all was sent
            connection.sendall(request)
        with suppress(ConnectionError):
            while data := connection.recv(65_536):
                answer += data
        took_s = time.monotonic() - begun_s
    lines = answer.split(b"HTTP/1.1 ")[1:]
    return [int(line[:3]) for line in lines], took_s


BOMB = b"0" * 100_000_000
OBJECT_WITHOUT_END = b'{"p":' * 3_000
CASES: dict[str, tuple[bytes, list[int]]] = {
    "a whole beacon": (a_request(), [202]),
    "a beacon of HTTP/1.0": (a_request(start=b"POST /api/event HTTP/1.0"), [202]),
    "a beacon in chunks": (
        a_request(chunked(BODY[:9], BODY[9:]), b"Transfer-Encoding: chunked"),
        [202],
    ),
    "three beacons in a pipeline": (
        2 * a_request().replace(b"Connection: close\r\n", b"") + a_request(),
        [202, 202, 202],
    ),
    "an announced megabyte": (a_request(bytes(1_000_000)), [413]),
    "an announced exabyte": (a_request(b"", length=10**18), [408]),
    "a megabyte in chunks": (
        a_request(chunked(*[bytes(8_192)] * 128), b"Transfer-Encoding: chunked"),
        [413],
    ),
    "a chunk of no length": (a_request(b"zz\r\n", b"Transfer-Encoding: chunked"), [400]),
    "a chunk of exabytes": (
        a_request(b"ffffffffffffffffff\r\n", b"Transfer-Encoding: chunked"),
        [400],
    ),
    "two lengths": (a_request(BODY, b"Content-Length: 5", b"Content-Length: 6"), [400]),
    "a length and chunks": (
        a_request(chunked(BODY), b"Content-Length: 5", b"Transfer-Encoding: chunked"),
        [400],
    ),
    "a gzip bomb": (a_request(gzip.compress(BOMB)[:16_000], b"Content-Encoding: gzip"), [415]),
    "a deflate bomb": (
        a_request(zlib.compress(BOMB)[:16_000], b"Content-Encoding: deflate"),
        [415],
    ),
    "a beacon in gzip": (a_request(gzip.compress(BODY), b"Content-Encoding: gzip"), [415]),
    "deep arrays": (a_request(b"[" * 16_000), [400]),
    "deep objects": (a_request(OBJECT_WITHOUT_END), [400]),
    "deep objects in a field": (
        a_request(BODY[:-1] + b',"x":' + b"[" * 7_000 + b"]" * 7_000 + b"}"),
        [400],
    ),
    "deep properties in a string": (a_request(a_beacon_with(p="[" * 15_000)), [400]),
    "bad UTF-8": (a_request(BODY[:-1] + b',"r":"\xff\xfe"}'), [400]),
    "UTF-16": (a_request(BODY.decode().encode("utf-16")), [400]),
    "a lone surrogate": (a_request(BODY[:-1] + b',"r":"\\ud800"}'), [400]),
    "a surrogate in UTF-8": (a_request(BODY[:-1] + b',"r":"\xed\xa0\x80"}'), [400]),
    "NUL in every text": (
        a_request(a_beacon_with(n="a\0", p={"\0": "\0"}, r="https://a.example/\0", k="\0")),
        [202],
    ),
    "a number of many digits": (a_request(a_beacon_with(w=0)[:-2] + b"9" * 9_000 + b"}"), [400]),
    "an amount of many digits": (
        a_request(BODY[:-1] + b',"$":{"currency":"AZN","amount":' + b"9" * 9_000 + b"}}"),
        [400],
    ),
    "an amount of a huge exponent": (
        a_request(BODY[:-1] + b',"$":{"currency":"AZN","amount":1e999999999}}'),
        [400],
    ),
    "an amount that is no number": (
        a_request(a_beacon_with(**{"$": {"currency": "AZN", "amount": "NaN"}})),
        [400],
    ),
    "a huge page number": (a_request(a_beacon_with(u=f"https://{SITE}:99999999/")), [400]),
    "an address that is none": (a_request(a_beacon_with(u="https://[::1/")), [400]),
    "16 KiB of sites": (a_request(a_beacon_with(d="a," * 8_000)), [400]),
    "a head's end in a header": (a_request(BODY, b"X: a\r\n\r\nb"), [400]),
    "a folded header": (a_request(BODY, b"X: a\r\n b"), [400]),
    "CR in a header": (a_request(BODY, b"X: a\rSet-Cookie: b"), [400]),
    "NUL in a header": (a_request(BODY, b"X: a\0b"), [400]),
    "Latin-1 in headers": (
        a_request(BODY, b"Accept-Language: \xff", b"Authorization: \xff", b"X-Forwarded-For: \xff"),
        [202],
    ),
    "a header without a name": (a_request(BODY, b": x"), [400]),
    "7,000 headers": (a_request(BODY, *[b"a: b"] * 7_000), [202]),
    "10,000 headers": (a_request(BODY, *[b"a: b"] * 10_000), [431]),
    "a header of a megabyte": (a_request(BODY, b"X: " + b"x" * 1_000_000), [431]),
    "a long user agent": (a_request(BODY, b"User-Agent: " + b"( ;" * 9_000), [202]),
    "a long address list": (a_request(BODY, b"X-Forwarded-For: " + b"1," * 14_000), [202]),
    "a line of a megabyte": (a_request(start=b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1"), [431]),
    "a query of 30 KB": (
        a_request(b"", start=b"GET /pixel.gif?site=" + b"%ff&a=" * 5_000 + b" HTTP/1.1"),
        [400],
    ),
    "a path that is not ASCII": (a_request(start=b"GET /\xff HTTP/1.1"), [400]),
    "a path with escapes": (a_request(b"", start=b"GET /%00%ff%2e%2e/ HTTP/1.1"), [404]),
    "a path up and out": (a_request(b"", start=b"GET /../../etc/passwd HTTP/1.1"), [404]),
    "a method that is none": (a_request(start=b"BREW /api/event HTTP/1.1"), [400]),
    "another method": (a_request(start=b"DELETE /api/event HTTP/1.1"), [405]),
    "TRACE": (a_request(start=b"TRACE /health HTTP/1.1"), [405]),
    "CONNECT": (a_request(b"", start=b"CONNECT shop.example:443 HTTP/1.1"), [400]),
    "every resource": (a_request(b"", start=b"OPTIONS * HTTP/1.1"), [404]),
    "a host that is none": (
        a_request(b"", start=b"GET /beacon.js/ HTTP/1.1").replace(b"Host: x", b"Host: ["),
        [404],
    ),
    "a script at a bad host": (
        a_request(b"", start=b"GET /beacon.js HTTP/1.1").replace(b"Host: x", b"Host: ["),
        [200],
    ),
    "a WebSocket": (
        a_request(b"", b"Upgrade: websocket", start=b"GET /api/event HTTP/1.1").replace(
            b"Connection: close", b"Connection: Upgrade, close"
        ),
        [405],
    ),
    "HTTP/2 at once": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400]),
    "HTTP/9.9": (a_request(start=b"POST /api/event HTTP/9.9"), [400]),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500), [400]),
    "random bytes": (bytes(range(256)) * 4, [400]),
}


@pytest.mark.parametrize("case", CASES)
def test_hard_input_is_answered_at_once(collector: Served, case: str) -> None:
    request, statuses = CASES[case]
    found, took_s = exchange(collector.port, request)
    sys.stdout.write(f"{took_s * 1000:8.1f} ms  {found}  {case}\n")
    assert found == statuses


HEAD = a_request(b"", length=len(BODY))
GOING_ON = HEAD.replace(b"Connection: close\r\n", b"")
SLOW: dict[str, tuple[list[bytes], list[int]]] = {
    "says nothing": ([], []),
    "sends half a head": ([HEAD[:40]], [408]),
    "sends a head byte by byte": ([HEAD[i : i + 1] for i in range(200)], [408]),
    "sends half a body": ([HEAD, BODY[:5]], [408]),
    "sends a body byte by byte": ([HEAD, *(BODY[i : i + 1] for i in range(30))], [408]),
    "sends a chunk and no more": (
        [a_request(b'5\r\n{"a"', b"Transfer-Encoding: chunked")],
        [408],
    ),
    "sends on what was refused": (
        [GOING_ON.replace(b"api/event", b"nowhere"), BODY[:5]],
        [404, 408],
    ),
}


@pytest.mark.parametrize("case", SLOW)
def test_who_is_slow_is_sent_away_and_holds_up_nobody(collector: Served, case: str) -> None:
    pieces, statuses = SLOW[case]
    begun_s = time.monotonic()
    answers = b""
    with closing(socket.create_connection(("127.0.0.1", collector.port), 0.1)) as connection:
        remaining = iter(pieces)
        while True:
            # The test is over when the collector ends the connection.
            with suppress(ConnectionError):
                connection.sendall(next(remaining, b""))
            try:
                data = connection.recv(4_096)
            except TimeoutError:
                data = None
            except ConnectionError:
                break
            if data == b"":
                break
            answers += data or b""
            assert exchange(collector.port, a_request())[0] == [202]
            assert time.monotonic() - begun_s < LIMIT_S
    found = [int(line[:3]) for line in answers.split(b"HTTP/1.1 ")[1:]]
    sys.stdout.write(f"{time.monotonic() - begun_s:6.1f} s  {found}  who {case}\n")
    assert found == statuses


def test_a_connection_may_be_kept_between_requests_for_longer_than_a_head_may_take(
    collector: Served,
) -> None:
    with closing(socket.create_connection(("127.0.0.1", collector.port), HANG_S)) as connection:
        for _ in range(2):
            connection.sendall(GOING_ON + BODY)
            answer = b""
            while not answer.endswith(b"ok"):
                answer += connection.recv(4_096)
            # Three of the collector's looks at its connections: it would have closed this one.
            connection.settimeout(2.1 + PATIENCE_S)
            with pytest.raises(TimeoutError):
                connection.recv(1)
            connection.settimeout(HANG_S)


def test_many_slow_heads_leave_room_for_a_beacon(collector: Served) -> None:
    slow = [socket.create_connection(("127.0.0.1", collector.port)) for _ in range(200)]
    try:
        for connection in slow:
            connection.sendall(HEAD[:30])
        assert exchange(collector.port, a_request())[0] == [202]
        for connection in slow:
            connection.settimeout(LIMIT_S)
            assert connection.recv(64).startswith(b"HTTP/1.1 408")
    finally:
        for connection in slow:
            connection.close()
