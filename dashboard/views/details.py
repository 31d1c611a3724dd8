"""Details: every row of one panel, searched, sorted and by the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from dashboard.access import visible_paths, visible_site
from dashboard.address import Asked, asked_view
from dashboard.context import context_of
from dashboard.errors import ParameterError
from dashboard.model import DetailsPage, Panel, Row
from dashboard.page import with_shares
from dashboard.panels import hidden_panel, read_all_rows, tab_of
from dashboard.query import Figures, by_day
from dashboard.render import render
from dashboard.view import View, is_hidden
from schema import Store

ROWS_A_PAGE: Final = 50


async def details(request: Request) -> Response:
    """Show a page of a panel's rows."""
    context = context_of(request)
    asker = await context.reader(request)
    site = await context.run(visible_site, context.store, asker.user, request.path_params["site"])
    query = request.query_params
    asked = asked_view(query, site, context.clock(), visible_paths(asker.user))
    name = request.path_params["panel"]
    tab_of(name, query.get(name, ""))  # an unknown panel is no page
    page = await context.run(_read, context.store, asked, name, query)
    await context.run(
        context.audit.record,
        actor=str(asker.user.id),
        action="view",
        site=site.name,
        rows=len(page.panel.rows),
        detail=f"details {name} {page.panel.tab}",
    )
    viewer = asker.viewer()
    html = render(
        "details.html",
        page=page,
        user=viewer,
        viewer=viewer,
        sites=[site.name],
        links=asked.links,
    )
    return context.page(request, asker, html)


def _read(store: Store, asked: Asked, name: str, query: QueryParams) -> DetailsPage:
    view = asked.view
    panel, is_empty = _all_rows(store, asked, name)
    search = query.get("q", "").strip()
    sort = query.get("sort", "-visitors")
    column, descending = sort.removeprefix("-"), sort.startswith("-")
    if column not in ("value", "visitors", *panel.columns):
        known = ", ".join(("value", "visitors", *panel.columns))
        raise ParameterError("sort", f"{column!r}: expected one of {known}")
    rows = _sorted(_matching(panel.rows, search), column, descending=descending)
    page_total = max(1, -(-len(rows) // ROWS_A_PAGE))
    page = min(_page_number(query.get("page", "1")), page_total)
    first = (page - 1) * ROWS_A_PAGE
    return DetailsPage(
        site=view.site.name,
        timezone=str(view.now.tzinfo),
        now=view.now,
        period=view.period,
        filters=view.filters,
        panel=replace(panel, rows=rows[first : first + ROWS_A_PAGE], row_total=len(rows)),
        search=search,
        sort=column,
        descending=descending,
        page=page,
        page_total=page_total,
        hidden_below=view.site.small_number if is_empty else 0,
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
