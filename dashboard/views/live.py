"""Live view: the stream of who is on a site."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from dashboard.context import Context, context_of
from dashboard.errors import NotSignedInError, ParameterError
from dashboard.signin.access import visible_paths, visible_site
from schema import Site

# Shorter than the half minute after which some proxies give up a silent connection.
HEARTBEAT_S: Final = 15


async def live_stream(request: Request) -> Response:
    """Stream who is on a site, until the session ends."""
    context = context_of(request)
    asker = await context.reader(request)
    name = request.query_params.get("site", "")
    if not name:
        raise ParameterError("site", "expected the name of a site")
    site = await context.run(visible_site, context.store, asker.user, name)
    await context.run(
        context.audit.record,
        actor=str(asker.user.id),
        action="view",
        site=site.name,
        detail="live",
    )
    return StreamingResponse(
        _while_signed_in(request, context, site, visible_paths(asker.user)),
        media_type="text/event-stream",
        # A proxy that gathers answers would hold events back.
        headers={"X-Accel-Buffering": "no"},
    )


async def _while_signed_in(
    request: Request, context: Context, site: Site, paths: tuple[str, ...]
) -> AsyncIterator[bytes]:
    """Yield the stream's events; before each of them the session is looked at again."""
    async for event in context.live.stream(site, paths, HEARTBEAT_S):
        try:
            await context.signed_in(request)
        except NotSignedInError:
            return
        yield event
