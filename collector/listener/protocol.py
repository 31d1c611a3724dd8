"""Protocol: HTTP/1.1 on one connection, its requests within bounds of size and time.

The server bounds none: it would keep headers in memory for as long as somebody sends them.  A
body's size is bounded by who reads it, see request.py.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from collector.metrics import CollectorMeter

# What common servers in front of us take (nginx: four lines of 8 KiB): a browser's head has 1 KiB,
# and up to 8 KiB more where a shop's cookies come along.
HEAD_LIMIT_BYTES: Final = 32 * 1024
# Our choice: a phone on a bad line sends 16 KiB within it; what is slower holds a connection open.
HEAD_LIMIT_S: Final = 10.0
BODY_LIMIT_S: Final = 10.0

# One read may hold many heads; the limit is looked at after each piece.
_PIECE_BYTES: Final = 16 * 1024

_NO_MORE: Final = b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TOO_LARGE: Final = b"HTTP/1.1 431 Request Header Fields Too Large" + _NO_MORE
_TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout" + _NO_MORE
_SLOW_BODY: Final = (
    b'{"error":"the body did not arrive within %d seconds","fields":{}}' % BODY_LIMIT_S
)
_BODY_TOO_SLOW: Final = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: application/json\r\n"
    b"access-control-allow-origin: *\r\nx-content-type-options: nosniff\r\n"
    b"connection: close\r\ncontent-length: %d\r\n\r\n%s" % (len(_SLOW_BODY), _SLOW_BODY)
)


class Protocol(HttpToolsProtocol):
    """One connection; `end_overdue` is to be called now and then, as no timer runs for each."""

    def __init__(self, *args: Any, meter: CollectorMeter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._meter = meter
        self._head_bytes = 0
        self._head_since_s = time.monotonic()
        self._body_since_s = 0.0  # 0 while no body is awaited

    def data_received(self, data: bytes) -> None:
        """Take what arrived; answer 431 to a head that is too large, and close."""
        if len(data) <= _PIECE_BYTES:
            self._take(data)
            return
        for start in range(0, len(data), _PIECE_BYTES):
            if self.transport.is_closing():
                return
            self._take(data[start : start + _PIECE_BYTES])

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP."""
        self._meter.closed("malformed")
        super().send_400_response(msg)

    def end_if_overdue(self, now_s: float) -> None:
        """Close the connection if a request takes too long; `now_s` is a monotonic clock's."""
        if self.transport.is_closing():
            return
        if not self._awaits_head:
            if self._body_since_s and now_s - self._body_since_s > BODY_LIMIT_S:
                is_answered = self.cycle is not None and self.cycle.response_started
                self._refuse("body_too_slow", b"" if is_answered else _BODY_TOO_SLOW)
            return
        if self._head_bytes == 0 and self.timeout_keep_alive_task is not None:
            return  # between two requests, where the server's own timer runs
        if now_s - self._head_since_s > HEAD_LIMIT_S:
            self._refuse("head_too_slow", _TOO_SLOW if self._head_bytes else b"")

    @property
    def _awaits_head(self) -> bool:
        """Tell whether no request is under way: a head is to come, or what nobody reads."""
        cycle = self.cycle
        return cycle is None or cycle.scope is not self.scope or cycle.response_complete

    def _take(self, data: bytes) -> None:
        super().data_received(data)
        cycle = self.cycle
        if cycle is not None and cycle.scope is self.scope and not cycle.response_complete:
            self._head_bytes = 0
            if not cycle.more_body:
                self._body_since_s = 0.0
            elif not self._body_since_s:
                self._body_since_s = time.monotonic()
            return
        self._body_since_s = 0.0
        if self._head_bytes == 0:
            self._head_since_s = time.monotonic()
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_LIMIT_BYTES and not self.transport.is_closing():
            self._refuse("head_too_large", _TOO_LARGE)

    def _refuse(self, closing: str, answer: bytes) -> None:
        self._meter.closed(closing)
        if answer:
            self.transport.write(answer)
        self.transport.close()


def end_overdue(connections: Iterable[object], now_s: float) -> None:
    """Close the connections whose request takes too long."""
    for connection in tuple(connections):
        if isinstance(connection, Protocol):
            connection.end_if_overdue(now_s)
