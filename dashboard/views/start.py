"""Start: the script to paste into a shop's pages, with the features that are ticked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from dashboard.context import context_of
from dashboard.errors import ParameterError
from dashboard.figures.model import StartPage
from dashboard.figures.query import first_day, has_figures
from dashboard.rendering.links import Links
from dashboard.rendering.render import render
from dashboard.rendering.snippets import CONSENT_FEATURE, snippets_of
from dashboard.settings import DashboardSettings
from dashboard.signin.access import SignedIn, visible_site
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
    page = await context.run(start_page, context.settings, site, chosen, since)
    viewer = asker.viewer()
    html = render(
        "start.html", page=page, user=viewer, viewer=viewer, sites=[site.name], links=links
    )
    return context.page(request, asker, html)


def start_page(
    settings: DashboardSettings, site: Site, chosen: Sequence[str], since: date | None
) -> StartPage:
    """Return a site's snippets with the chosen features; raises ParameterError."""
    features = [feature for feature in settings.features if feature != CONSENT_FEATURE]
    for feature in chosen:
        if feature not in features:
            known = ", ".join(features)
            raise ParameterError("with", f"{feature!r}: expected one of {known}")
    snippets = snippets_of(settings, site, chosen)
    return StartPage(
        site=site.name,
        consent=site.consent,
        snippet=snippets.plain,
        checked_snippet=snippets.checked,
        script_url=snippets.script_url,
        consent_url=snippets.consent_url,
        features=tuple((feature, feature in chosen) for feature in features),
        since=since,
    )


def _counting_since(store: Store, site: Site) -> date | None:
    return first_day(store, site.name) if has_figures(store, site.name) else None
