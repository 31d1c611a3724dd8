"""Address: the view that a page's address asks for, and the links that keep it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from starlette.datastructures import QueryParams

from dashboard.figures.filters import make_filter, parse_filters
from dashboard.figures.model import METRICS
from dashboard.figures.page import tabs_of_page
from dashboard.figures.panels import PANELS, Tab
from dashboard.figures.period import compared_with, parse_period, zone_at
from dashboard.figures.view import View
from dashboard.rendering.links import DEFAULT_COMPARISON, Links
from schema import Site


@dataclass(frozen=True, slots=True)
class Asked:
    """A view, which tab of each panel is shown, and the links of its page."""

    view: View
    tabs: Mapping[str, Tab]
    links: Links


def asked_view(
    query: QueryParams, site: Site, now: datetime, path_prefixes: tuple[str, ...]
) -> Asked:
    """Return what the parameters of an address ask for; raises ParameterError."""
    local = now.astimezone(zone_at(site, site.day_at(now)))
    period = parse_period(
        query.get("period", ""), query.get("from", ""), query.get("until", ""), site, now
    )
    filters = parse_filters(query.getlist("f"))
    comparison_key = query.get("compare", "") or DEFAULT_COMPARISON
    view = View(
        site=site,
        now=local,
        period=period,
        comparison=compared_with(period, comparison_key, site, now),
        filters=filters,
        path_prefixes=path_prefixes,
    )
    chosen = {panel: query[panel] for panel in PANELS if panel in query}
    # The chart is no panel of its own: which series it shows is the page's business alone.
    charted = {"chart": query["chart"]} if query.get("chart") in METRICS else {}
    is_custom = period.key == "custom"
    links = Links(
        site_name=site.name,
        period_key=period.key,
        since=period.since if is_custom else None,
        until=period.until if is_custom else None,
        comparison_key=comparison_key,
        filters=filters,
        tabs=chosen | charted,
    )
    return Asked(view, tabs_of_page(chosen), links)


def added_filter(query: QueryParams, links: Links) -> str | None:
    """Return the address that a filter form asks for; None when no form was sent.

    The form's fields are `dimension`, `operator` and `value`; raises ParameterError.
    """
    if "dimension" not in query:
        return None
    added = make_filter(query["dimension"], query.get("operator", "is"), [query.get("value", "")])
    return replace(links, filters=tuple(dict.fromkeys((*links.filters, added)))).overview()
