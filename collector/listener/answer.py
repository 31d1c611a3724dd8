"""Answer: what a sender of beacons gets back, as ready-made ASGI messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from http import HTTPStatus
from typing import Final, NamedTuple

import msgspec
from starlette.types import Message, Send

from collector.errors import BeaconError, RateError
from collector.listener.hardening import ON_ALL

DROPPED_HEADER: Final = "X-Footfall-Dropped"

# Any page may send and read the answer; without credentials, as there are none.
CORS_HEADERS: Final[dict[str, str]] = {"access-control-allow-origin": "*"}
# What scripts of other origins may read; only where it is, as each header costs a microsecond.
_EXPOSED: Final = {"access-control-expose-headers": f"{DROPPED_HEADER}, Retry-After"}
# A day: browsers keep less (Chromium two hours), and the answer never changes.
PREFLIGHT_HEADERS: Final[dict[str, str]] = {
    **CORS_HEADERS,
    "access-control-allow-methods": "GET, POST, OPTIONS",
    "access-control-allow-headers": "Authorization, Content-Type",
    "access-control-max-age": "86400",
}

# Our choice: a restart of the store takes less, and scripts try again sooner than people look.
_RETRY_AFTER_S: Final = 5


class Answer(NamedTuple):
    """A whole response."""

    start: Message
    body: Message
    head: bytes  # status and header lines, without the server's own and the line that ends them
    closes: bool = False  # the connection

    @property
    def status(self) -> int:
        """Return the status."""
        status: int = self.start["status"]
        return status

    async def send(self, send: Send) -> None:
        """Send the response."""
        await send(self.start)
        await send(self.body)


@cache
def accepted(dropped: str) -> Answer:
    """Return the answer to a beacon that is safe; `dropped` has the reasons, "" when counted."""
    headers = {"content-type": "text/plain; charset=utf-8"}
    if dropped:
        headers |= {DROPPED_HEADER: dropped, **_EXPOSED}
    return _answer(202, b"ok", headers)


def refused(error: BeaconError) -> Answer:
    """Return the answer to a malformed beacon."""
    headers = {}
    if error.status == 413:
        # What was not read of a body must not be taken for the next request.
        headers["connection"] = "close"
    elif error.status == 415:
        headers["accept-encoding"] = "identity"  # RFC 9110, 15.5.16
    return _json(error.status, str(error), error.fields, headers)


def limited(error: RateError) -> Answer:
    """Return the answer to one beacon too many."""
    return _json(429, str(error), {}, {"retry-after": str(error.retry_after_s), **_EXPOSED})


@cache
def unavailable(message: str) -> Answer:
    """Return the answer when a beacon cannot be made safe now."""
    return _json(503, message, {}, {"retry-after": str(_RETRY_AFTER_S), **_EXPOSED})


def failed() -> Answer:
    """Return the answer to a beacon that met a fault of ours."""
    return _json(500, "the beacon could not be counted: see the collector's log", {}, {})


@cache
def preflight() -> Answer:
    """Return the answer to a browser that asks whether a page may send."""
    return _whole(204, b"", PREFLIGHT_HEADERS | ON_ALL)


@cache
def method_not_allowed() -> Answer:
    """Return the answer to another method than POST and OPTIONS."""
    return _json(405, "expected POST with one JSON object", {}, {"allow": "POST, OPTIONS"})


def _json(
    status: int,
    message: str,
    fields: Mapping[str, Sequence[str]],
    headers: Mapping[str, str],
) -> Answer:
    body = msgspec.json.encode({"error": message, "fields": fields})
    return _answer(status, body, {"content-type": "application/json", **headers})


def _answer(status: int, body: bytes, headers: Mapping[str, str]) -> Answer:
    length = {"content-length": str(len(body))}
    return _whole(status, body, {**headers, **length, **CORS_HEADERS, **ON_ALL})


def _whole(status: int, body: bytes, headers: Mapping[str, str]) -> Answer:
    lines = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    first = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n".encode()
    return Answer(
        {"type": "http.response.start", "status": status, "headers": lines},
        {"type": "http.response.body", "body": body},
        first + b"".join(b"%s: %s\r\n" % line for line in lines),
        closes=headers.get("connection") == "close",
    )
