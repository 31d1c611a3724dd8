"""Headers: what every answer tells the browser to refuse, and what it may keep."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_ALWAYS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
}
# A year, the longest HTTP knows (RFC 9111 names no limit; RFC 2616 14.21 did).
_FOREVER: Final = "public, max-age=31536000, immutable"


class Headers:
    """Adds them to every answer, also to errors and streams."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and its answer back, with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_ALWAYS)
                headers.setdefault("Cache-Control", _cache_control(scope, message["status"]))
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _cache_control(scope: Scope, status: int) -> str:
    """Return how long an answer may be kept: figures not at all, versioned files for good."""
    if not scope["path"].startswith("/static/") or status >= 400:
        return "no-store"
    return _FOREVER if b"v=" in scope["query_string"] else "no-cache"
