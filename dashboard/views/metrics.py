"""Metrics view: what the installation counts about itself, for Prometheus."""

from __future__ import annotations

from typing import Final

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from dashboard.context import context_of

# The text format's (prometheus.io/docs/instrumenting/exposition_formats).
_CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


async def metrics(request: Request) -> Response:
    """Answer with totals that name nobody; also while the store does not answer."""
    # Not one of the threads for queries: those may all wait for the store.
    found = await to_thread.run_sync(context_of(request).settings.metrics)
    return Response(found, headers={"Content-Type": _CONTENT_TYPE})
