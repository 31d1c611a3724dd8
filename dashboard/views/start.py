"""Start: the script to paste into a shop's pages, shown until its first event is there."""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import Response

from dashboard.access import SignedIn, visible_site
from dashboard.context import context_of
from dashboard.links import Links
from dashboard.model import StartPage
from dashboard.render import render
from schema import Site


async def start(request: Request) -> Response:
    """Show a site's script."""
    context = context_of(request)
    asker = await context.reader(request)
    site = await context.run(visible_site, context.store, asker.user, request.path_params["site"])
    return start_page_of(request, asker, site, Links(site_name=site.name))


def start_page_of(request: Request, asker: SignedIn, site: Site, links: Links) -> Response:
    """Return the page with a site's script."""
    context = context_of(request)
    script_url = f"{context.settings.collector_url.rstrip('/')}/beacon.js"
    snippet = f'<script defer src="{escape(script_url)}" data-site="{escape(site.name)}"></script>'
    viewer = asker.viewer()
    html = render(
        "start.html",
        page=StartPage(site.name, snippet, script_url),
        user=viewer,
        viewer=viewer,
        sites=[site.name],
        links=links,
    )
    return context.page(request, asker, html)
