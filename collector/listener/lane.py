"""Lane: the short way of a beacon through the server, past what ASGI needs for any other request.

A plain POST of a beacon on a connection that stays open is handed over as its bytes, and its answer
is written in one piece.  That takes a fifth of a beacon's time away (docs/benchmarks.md); what is
not plain goes the long way and is answered alike.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.types import Scope

from collector.listener.answer import Answer, refused
from collector.listener.protocol import Protocol
from collector.request import BODY_LIMIT_BYTES, too_large

EVENT_PATH: Final = "/api/event"

_TARGET: Final = EVENT_PATH.encode()

# Returns the answer to a beacon: its body, and what ASGI says of its request.  Raises nothing.
TakeBeacon = Callable[[bytes, Scope], Awaitable[Answer]]


class _Beacon:
    """One beacon's request, with what the server looks at in any."""

    __slots__ = (
        "body",
        "disconnected",
        "keep_alive",
        "more_body",
        "response_complete",
        "response_started",
        "scope",
    )

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.body = b""
        self.more_body = True
        self.keep_alive = True
        self.response_started = self.response_complete = self.disconnected = False

    @property
    def message_event(self) -> _Beacon:
        """Return what the server tells of changes: nobody waits for them."""
        return self

    def set(self) -> None:
        """Take note of a change."""


class LaneProtocol(Protocol):
    """A connection whose beacons go the short way."""

    def __init__(self, *args: Any, take_beacon: TakeBeacon, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._take_beacon = take_beacon

    def on_headers_complete(self) -> None:
        """Begin a request, a plain beacon's as such."""
        before: Any = self.cycle
        if (
            self.url != _TARGET
            or self.expect_100_continue
            or not (before is None or before.response_complete)
            or self.parser.get_method() != b"POST"
            or self.parser.should_upgrade()
            or not self.parser.should_keep_alive()
        ):
            super().on_headers_complete()
            return
        scope: Any = self.scope
        beacon: Any = _Beacon(scope)
        self.cycle = beacon

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body, never more than a beacon may have."""
        beacon: Any = self.cycle
        if type(beacon) is not _Beacon:
            super().on_body(body)
        elif not beacon.response_complete:
            beacon.body += body
            if len(beacon.body) > BODY_LIMIT_BYTES:
                self._meter.answered(413)
                self._write(beacon, refused(too_large()))

    def on_message_complete(self) -> None:
        """Hand a beacon over when all of it is there."""
        beacon: Any = self.cycle
        if type(beacon) is not _Beacon:
            super().on_message_complete()
        elif not beacon.response_complete:
            beacon.more_body = False
            task = self.loop.create_task(self._answer(beacon))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _answer(self, beacon: _Beacon) -> None:
        answer = await self._take_beacon(beacon.body, beacon.scope)
        if self.flow.write_paused and not beacon.disconnected:
            await self.flow.drain()
        if not beacon.disconnected:
            self._write(beacon, answer)

    def _write(self, beacon: _Beacon, answer: Answer) -> None:
        beacon.response_started = beacon.response_complete = True
        lines = [answer.head]
        for name, value in self.server_state.default_headers:
            lines += (name, b": ", value, b"\r\n")
        closes = answer.closes or not beacon.keep_alive
        if closes and not answer.closes:
            lines.append(b"connection: close\r\n")
        lines += (b"\r\n", answer.body["body"])
        self.transport.write(b"".join(lines))
        if closes:
            self.transport.close()
        self.on_response_complete()
