"""Start: the script to paste into a shop's pages, with the features that are ticked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

from starlette.requests import Request
from starlette.responses import Response

from dashboard.access import SignedIn, visible_site
from dashboard.context import context_of
from dashboard.errors import ParameterError
from dashboard.links import Links
from dashboard.model import StartPage
from dashboard.query import first_day, has_figures
from dashboard.render import render
from dashboard.settings import DashboardSettings
from schema import Site, Store


async def start(request: Request) -> Response:
    """Show a site's script, whether or not it counts already."""
    context = context_of(request)
    asker = await context.reader(request)
    site = await context.run(visible_site, context.store, asker.user, request.path_params["site"])
    since = await context.run(_counting_since, context.store, site)
    return await answer_start(request, asker, site, Links(site_name=site.name), since)


async def answer_start(
    request: Request, asker: SignedIn, site: Site, links: Links, since: date | None = None
) -> Response:
    """Return the page with a site's script; without `since` it waits for the first pageview."""
    context = context_of(request)
    chosen = request.query_params.getlist("with")
    # The names' first use reads every release's scripts.
    page = await context.run(start_page, context.settings, site.name, chosen, since)
    viewer = asker.viewer()
    html = render(
        "start.html", page=page, user=viewer, viewer=viewer, sites=[site.name], links=links
    )
    return context.page(request, asker, html)


def start_page(
    settings: DashboardSettings, site: str, chosen: Sequence[str], since: date | None
) -> StartPage:
    """Return a site's snippets with the chosen features; raises ParameterError."""
    for feature in chosen:
        if feature not in settings.features:
            known = ", ".join(settings.features)
            raise ParameterError("with", f"{feature!r}: expected one of {known}")
    names = settings.script_names(chosen)
    base = settings.collector_url.rstrip("/")
    return StartPage(
        site=site,
        snippet=_snippet(site, src=f"{base}/{names.plain}"),
        checked_snippet=_snippet(
            site,
            src=f"{base}/{names.hashed}",
            integrity=names.integrity,
            # Without it a browser may not compare what comes from another origin.
            crossorigin="anonymous",
        ),
        script_url=f"{base}/{names.plain}",
        features=tuple((feature, feature in chosen) for feature in settings.features),
        since=since,
    )


def _counting_since(store: Store, site: Site) -> date | None:
    return first_day(store, site.name) if has_figures(store, site.name) else None


def _snippet(site: str, **attributes: str) -> str:
    lines = [f'{name}="{escape(value)}"' for name, value in attributes.items()]
    lines.append(f'data-site="{escape(site)}"></script>')
    return "\n  ".join(["<script defer", *lines])
