"""Overview: the page of one site, and the way to it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.address import added_filter, asked_view
from dashboard.context import context_of
from dashboard.errors import NotFoundError
from dashboard.figures.page import read_overview
from dashboard.figures.query import has_figures
from dashboard.rendering.links import Links
from dashboard.rendering.render import render
from dashboard.signin.access import visible_paths, visible_site, visible_sites
from dashboard.views.start import answer_start


async def home(request: Request) -> Response:
    """Go to the first site there is for the viewer."""
    context = context_of(request)
    asker = await context.reader(request)
    sites = await context.run(visible_sites, context.store, asker.user)
    if not sites:
        raise NotFoundError("There is no site for you yet. Add one with 'footfall site add NAME'.")
    return RedirectResponse(Links(site_name=sites[0].name).overview(), 302)


async def overview(request: Request) -> Response:
    """Show a site's figures, or its script while it has none."""
    context = context_of(request)
    asker = await context.reader(request)
    sites = await context.run(visible_sites, context.store, asker.user)
    site = await context.run(visible_site, context.store, asker.user, request.path_params["site"])
    asked = asked_view(request.query_params, site, context.clock(), visible_paths(asker.user))
    if target := added_filter(request.query_params, asked.links):
        return RedirectResponse(target, 302)
    if not await context.run(has_figures, context.store, site.name):
        return await answer_start(request, asker, site, asked.links)
    page = await read_overview(context.store, asked.view, asked.tabs, context.limiter)
    rows = sum(len(panel.rows) for panel in page.panels.values())
    await context.run(
        context.audit.record,
        actor=str(asker.user.id),
        action="view",
        site=site.name,
        rows=rows,
        detail="overview",
    )
    viewer = asker.viewer()
    html = render(
        "overview.html",
        page=page,
        user=viewer,
        viewer=viewer,
        sites=[each.name for each in sites],
        links=asked.links,
        credits=await context.run(context.settings.credits),
    )
    return context.page(request, asker, html)
