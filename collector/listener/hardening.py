"""Hardening: what every answer of the public listener tells the browser to refuse."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# On every answer.  The answers to beacons have no more: each header costs a microsecond, and
# nothing in "ok" or in JSON could be run.
ON_ALL: Final = {"x-content-type-options": "nosniff"}
# A page of ours that needs more says so itself.
_ON_PAGES: Final = {
    "content-security-policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    # The script and the pixel are there for other origins.
    "cross-origin-resource-policy": "cross-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    "referrer-policy": "no-referrer",
}
# The demo is a shop, whose own pages run scripts and name each other as referrers.
_SHOP: Final = "/demo/"


class Hardening:
    """Adds the headers to each answer that does not have them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and its answer back, with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_shop = scope["path"].startswith(_SHOP)
        added = ON_ALL if is_shop else {**ON_ALL, **_ON_PAGES}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in added.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)
