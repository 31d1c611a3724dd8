"""Dropped: the page of what was not counted, why, and what to do about it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from dashboard.address import asked_view
from dashboard.context import context_of
from dashboard.figures.ledger import read_left_out, read_left_out_days
from dashboard.figures.model import DroppedPage
from dashboard.figures.view import View
from dashboard.rendering.render import render
from dashboard.signin.access import require, visible_paths, visible_site
from schema import Store


async def dropped(request: Request) -> Response:
    """Show what a site left out in a period, by reason and by day."""
    context = context_of(request)
    asker = await context.reader(request)
    site = await context.run(visible_site, context.store, asker.user, request.path_params["site"])
    require(asker.user, "left_out")
    asked = asked_view(request.query_params, site, context.clock(), visible_paths(asker.user))
    page = await context.run(_read, context.store, asked.view)
    await context.run(
        context.audit.record,
        actor=str(asker.user.id),
        action="view",
        site=site.name,
        rows=len(page.left_out.reasons) + len(page.left_out.on_trial),
        detail="dropped",
    )
    viewer = asker.viewer()
    html = render("dropped.html", page=page, user=viewer, viewer=viewer, links=asked.links)
    return context.page(request, asker, html)


def _read(store: Store, view: View) -> DroppedPage:
    return DroppedPage(
        site=view.site.name,
        timezone=str(view.now.tzinfo),
        period=view.period,
        filters=view.filters,
        left_out=read_left_out(store, view),
        days=read_left_out_days(store, view),
    )
