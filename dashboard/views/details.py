"""Details: every row of one panel, searched and sorted, by the page or as a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from dashboard.address import Asked, asked_view
from dashboard.context import Context, context_of
from dashboard.errors import ParameterError
from dashboard.figures.model import DetailsPage, Panel, Row
from dashboard.figures.page import with_shares
from dashboard.figures.panels import hidden_panel, read_all_rows, tab_of
from dashboard.figures.query import Figures, by_day
from dashboard.figures.view import View, is_hidden
from dashboard.rendering.csv_file import csv_text
from dashboard.rendering.render import render
from dashboard.signin.access import SignedIn, visible_paths, visible_site
from schema import Store

ROWS_A_PAGE: Final = 50


async def details(request: Request) -> Response:
    """Show a page of a panel's rows."""
    context = context_of(request)
    asker = await context.reader(request)
    asked = await _asked(request, asker)
    found = await context.run(_find, context.store, asked, request)
    page = _page(asked, found, request.query_params)
    await _record(context, asker, "view", asked, page.panel)
    viewer = asker.viewer()
    html = render(
        "details.html",
        page=page,
        user=viewer,
        viewer=viewer,
        sites=[page.site],
        links=asked.links,
    )
    return context.page(request, asker, html)


async def details_file(request: Request) -> Response:
    """Send all rows of a panel that match the search, as CSV."""
    context = context_of(request)
    asker = await context.reader(request)
    asked = await _asked(request, asker)
    found = await context.run(_find, context.store, asked, request)
    text = await context.run(csv_text, found.panel)
    # Before a row leaves: what cannot be written down is not sent.
    await _record(context, asker, "export", asked, found.panel)
    return Response(
        text,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{_file_name(asked, found.panel)}"'},
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """The rows that match a search, in order, and how they were asked for."""

    panel: Panel
    is_hidden: bool
    search: str
    sort: str
    descending: bool


async def _asked(request: Request, asker: SignedIn) -> Asked:
    """Return the view of a request; raises NotFoundError and ParameterError."""
    context = context_of(request)
    site = await context.run(visible_site, context.store, asker.user, request.path_params["site"])
    query, name = request.query_params, request.path_params["panel"]
    tab_of(name, query.get(name, ""))  # an unknown panel is no page
    return asked_view(query, site, context.clock(), visible_paths(asker.user))


async def _record(
    context: Context, asker: SignedIn, action: str, asked: Asked, panel: Panel
) -> None:
    await context.run(
        context.audit.record,
        actor=str(asker.user.id),
        action=action,
        site=asked.view.site.name,
        rows=len(panel.rows),
        detail=f"details {panel.name} {panel.tab}",
    )


def _file_name(asked: Asked, panel: Panel) -> str:
    period = asked.view.period
    name = f"{asked.view.site.name} {panel.name} {panel.tab} {period.since} {period.until}"
    return re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII) + ".csv"


def _find(store: Store, asked: Asked, request: Request) -> _Found:
    query = request.query_params
    panel, is_empty = _all_rows(store, asked, request.path_params["panel"])
    search = query.get("q", "").strip()
    sort = query.get("sort", "-visitors")
    column, descending = sort.removeprefix("-"), sort.startswith("-")
    if column not in ("value", "visitors", *panel.columns):
        known = ", ".join(("value", "visitors", *panel.columns))
        raise ParameterError("sort", f"{column!r}: expected one of {known}")
    rows = _sorted(_matching(panel.rows, search), column, descending=descending)
    panel = replace(panel, rows=rows, row_total=len(rows))
    return _Found(panel, is_empty, search, column, descending)


def _page(asked: Asked, found: _Found, query: QueryParams) -> DetailsPage:
    view, rows = asked.view, found.panel.rows
    page_total = max(1, -(-len(rows) // ROWS_A_PAGE))
    page = min(_page_number(query.get("page", "1")), page_total)
    first = (page - 1) * ROWS_A_PAGE
    return DetailsPage(
        site=view.site.name,
        timezone=str(view.now.tzinfo),
        now=view.now,
        period=view.period,
        filters=view.filters,
        panel=replace(found.panel, rows=rows[first : first + ROWS_A_PAGE]),
        search=found.search,
        sort=found.sort,
        descending=found.descending,
        page=page,
        page_total=page_total,
        hidden_below=view.site.small_number if found.is_hidden else 0,
    )


def _all_rows(store: Store, asked: Asked, name: str) -> tuple[Panel, bool]:
    """Return a panel with every row, and whether the view shows nothing."""
    view: View = asked.view
    scope = view.scope(store)
    if is_hidden(store, scope, view):
        return hidden_panel(view, name, asked.tabs[name]), True
    panel = read_all_rows(store, view, scope, name, asked.tabs[name])
    visitors = sum(by_day(store, scope).values(), Figures()).visitors
    return replace(panel, rows=with_shares(panel.rows, visitors)), False


def _matching(rows: list[Row], search: str) -> list[Row]:
    """Return the rows whose label or value holds the text, in any case."""
    wanted = search.casefold()
    return [row for row in rows if wanted in row.label.casefold() or wanted in row.value.casefold()]


def _sorted(rows: list[Row], column: str, *, descending: bool) -> list[Row]:
    """Return rows by a column; what is unknown comes after it, and "Other" last of all."""
    key: Callable[[Row], tuple[float | str, str]]
    if column == "value":
        known, unknown = [row for row in rows if not row.is_other], []
        key = _by_label
    else:
        figures = {id(row): _figure(row, column) for row in rows}
        known = [row for row in rows if not row.is_other and figures[id(row)] is not None]
        unknown = [row for row in rows if not row.is_other and figures[id(row)] is None]

        def key(row: Row) -> tuple[float | str, str]:
            figure = figures[id(row)] or 0
            return (-figure if descending else figure), row.label.casefold()

    ordered = sorted(known, key=key, reverse=descending and column == "value")
    return ordered + unknown + [row for row in rows if row.is_other]


def _by_label(row: Row) -> tuple[float | str, str]:
    return row.label.casefold(), row.value


def _figure(row: Row, column: str) -> float | None:
    return row.visitors if column == "visitors" else row.extra.get(column)


def _page_number(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= len(text) <= 9 and int(text) >= 1:
        return int(text)
    raise ParameterError("page", "expected a whole number from 1")
