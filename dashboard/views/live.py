"""Live views: the stream of who is on a site, and their number alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from dashboard.access import token_and_site, visible_paths, visible_site
from dashboard.context import Context, context_of
from dashboard.errors import NotSignedInError, ParameterError
from dashboard.live import read_live
from schema import Site

# Shorter than the half minute after which some proxies give up a silent connection.
HEARTBEAT_S: Final = 15


async def live_stream(request: Request) -> Response:
    """Stream who is on a site, until the session ends."""
    context = context_of(request)
    asker = await context.reader(request)
    name = _required(request, "site")
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


async def visitors_now(request: Request) -> Response:
    """Answer how many visitors a site has now, to a token of scope `stats` or a session."""
    context = context_of(request)
    name = _required(request, "site_id")
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    paths: tuple[str, ...] = ()
    if scheme.lower() == "bearer":
        token, site = await context.run(
            token_and_site, context.store, secret.strip(), "stats", name
        )
        actor = token.id
    else:
        asker = await context.reader(request)
        site = await context.run(visible_site, context.store, asker.user, name)
        paths, actor = visible_paths(asker.user), asker.user.id
    live = await context.run(read_live, context.store, site, context.clock(), paths)
    await context.run(
        context.audit.record,
        actor=str(actor),
        action="view",
        site=site.name,
        rows=1,
        detail="visitors now",
    )
    return JSONResponse(live.visitors)


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


def _required(request: Request, parameter: str) -> str:
    value = request.query_params.get(parameter, "")
    if not value:
        raise ParameterError(parameter, "expected the name of a site")
    return value
