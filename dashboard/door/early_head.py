"""Early head: the first lines of an answer's head, sent while the rest of it is not known yet.

ASGI gives a head away whole.  A ClickHouse client that asks for progress reads it line by line, and
keeps its patience for as long as lines come.
"""

from __future__ import annotations

from typing import Any, Final

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

_EXTENSION: Final = "footfall.early_head"
_OK: Final = 200


class EarlyHead:
    """One answer's head; the status is 200 once a line was sent."""

    def __init__(self, cycle: Any) -> None:
        self._cycle = cycle
        self._transport: Any = None  # the connection's own, once the status was sent

    def send(self, name: str, value: str) -> None:
        """Send one line; does nothing once the head is whole or the client is gone."""
        cycle = self._cycle
        if cycle.response_started or cycle.disconnected:
            return
        line = f"{name}: {value}\r\n".encode()
        if self._transport is None:
            self._transport = cycle.transport
            cycle.transport = _WithoutStatus(cycle.transport)
            line = STATUS_LINE[_OK] + line
        self._transport.write(line)


class EarlyHeadProtocol(HttpToolsProtocol):
    """A connection whose requests can have an early head."""

    def on_headers_complete(self) -> None:
        """Begin an answer, as the server does, and give it the way to its head."""
        super().on_headers_complete()
        scope: Any = self.scope
        scope.setdefault("extensions", {})[_EXTENSION] = EarlyHead(self.cycle)


def early_head(scope: Scope) -> EarlyHead | None:
    """Return a request's early head; None where the server has none."""
    found: EarlyHead | None = scope.get("extensions", {}).get(_EXTENSION)
    return found


class _WithoutStatus:
    """A connection to which the first write is the rest of a head: its status went before."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._has_head = False

    def write(self, data: bytes) -> None:
        if not self._has_head:
            self._has_head = True
            data = data.partition(b"\r\n")[2]
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
