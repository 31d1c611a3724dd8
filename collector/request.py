"""Request: the body of a call as it arrives, within bounds of size.

How long it may take is the connection's to watch, see listener/protocol.py.
"""

from __future__ import annotations

from typing import Final

from starlette.types import Receive

from collector.errors import BeaconError

# CONTRACT of the endpoint: a beacon with 30 properties of usual length has 2 KiB.
BODY_LIMIT_BYTES: Final = 16 * 1024


class ClientGoneError(Exception):
    """The client left before its request was read: there is nobody to answer."""


async def read_body(receive: Receive) -> bytes:
    """Return the body; raises BeaconError (413) for one that is too large, and ClientGoneError."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientGoneError
        chunk: bytes = message.get("body", b"")
        body += chunk
        if len(body) > BODY_LIMIT_BYTES:
            raise too_large()
        if not message.get("more_body", False):
            return body


def too_large() -> BeaconError:
    """Return what is said of a body beyond the limit."""
    return BeaconError(
        f"the body is too large: expected at most {BODY_LIMIT_BYTES:,} bytes", status=413
    )
