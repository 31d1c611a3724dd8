"""Request: the body of a beacon as it arrives, within bounds of size and time."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final

from starlette.types import Receive

from collector.errors import BeaconError

# CONTRACT of the endpoint: a beacon with 30 properties of usual length has 2 KiB.
BODY_LIMIT_BYTES: Final = 16 * 1024

# Our choice: a phone on a bad line sends 16 KiB within it; what is slower holds a connection open.
READ_LIMIT_S: Final = 10.0


class ClientGoneError(Exception):
    """The client left before its request was read: there is nobody to answer."""


class Bodies:
    """The bodies that are being read now.

    A timer for each request would cost more than reading it (2.7 µs; nearly all bodies are there
    already), so that `end_overdue` is called now and then instead.
    """

    def __init__(self) -> None:
        self._since_s: dict[asyncio.Task[Any], float] = {}
        self._overdue: set[asyncio.Task[Any]] = set()

    async def read(self, receive: Receive) -> bytes:
        """Return the body of the request that the running task answers.

        Raises BeaconError (413, 408) for one that is too large or too slow, and ClientGoneError.
        """
        task = asyncio.current_task()
        assert task is not None
        self._since_s[task] = time.monotonic()
        try:
            return await _read(receive)
        except asyncio.CancelledError:
            if task not in self._overdue:
                raise
            self._overdue.discard(task)
            task.uncancel()
            raise BeaconError(
                f"the body did not arrive within {READ_LIMIT_S:.0f} seconds", status=408
            ) from None
        finally:
            del self._since_s[task]

    def end_overdue(self, now_s: float) -> None:
        """Give up the bodies that take too long; `now_s` is a monotonic clock's."""
        for task, since_s in self._since_s.items():
            if now_s - since_s > READ_LIMIT_S and task not in self._overdue:
                self._overdue.add(task)
                task.cancel()


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientGoneError
        chunk: bytes = message.get("body", b"")
        body += chunk
        if len(body) > BODY_LIMIT_BYTES:
            raise _too_large()
        if not message.get("more_body", False):
            return body


def _too_large() -> BeaconError:
    return BeaconError(
        f"the body is too large: expected at most {BODY_LIMIT_BYTES:,} bytes", status=413
    )
