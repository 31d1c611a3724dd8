"""Panels: the tables of a page, each with its tabs, and how one is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from dashboard.errors import NotFoundError, ParameterError
from dashboard.figures.dimensions import DIMENSIONS, Dimension
from dashboard.figures.model import Panel, Row
from dashboard.figures.query import MAX_ROWS, Figures, Scope, breakdown, page_engagement
from dashboard.figures.view import View
from dashboard.rendering.labels import context, label
from privacy.small_numbers import FOLDED_VALUE, fold
from schema import Store

# What fits a panel of the look beside a chart; the map takes every country there is.
ROWS_SHOWN: Final = 9
COUNTRIES_SHOWN: Final = 300

_EXTRAS: Final[dict[str, Callable[[Figures], float | None]]] = {
    "pageviews": lambda f: f.pageviews,
    "bounce_rate": lambda f: f.bounces / f.sessions if f.sessions else None,
}


@dataclass(frozen=True, slots=True)
class Tab:
    """One way to split a panel."""

    name: str
    dimension: str
    columns: tuple[str, ...] = ()  # extra columns on the overview
    details: tuple[str, ...] = ("pageviews", "bounce_rate")  # and on the page of all rows
    with_empty: bool = True  # whether sessions or events without a value are a row


_PAGE_COLUMNS: Final = ("engaged_s", "scroll")

PANELS: Final[dict[str, tuple[Tab, ...]]] = {
    "pages": (
        Tab("top", "page", _PAGE_COLUMNS, ("pageviews", "bounce_rate", *_PAGE_COLUMNS)),
        Tab("entry", "entry_page", ("bounce_rate",)),
        Tab("exit", "exit_page"),
    ),
    "sources": (
        Tab("sources", "source", ("bounce_rate",)),
        Tab("channels", "channel", ("bounce_rate",)),
        Tab("campaigns", "utm_campaign", ("bounce_rate",), with_empty=False),
    ),
    "countries": (Tab("countries", "country"),),
    "places": (Tab("cities", "city"), Tab("regions", "region")),
    "devices": (Tab("browsers", "browser"), Tab("os", "os"), Tab("screens", "screen")),
    "device_split": (Tab("device", "device"),),
}


def tab_of(panel: str, name: str) -> Tab:
    """Return a panel's tab, the first for ""; raises NotFoundError or ParameterError."""
    if panel not in PANELS:
        raise NotFoundError(f"no panel is named {panel!r}")
    tabs = PANELS[panel]
    for tab in tabs:
        if name in ("", tab.name):
            return tab
    known = ", ".join(tab.name for tab in tabs)
    raise ParameterError(panel, f"tab {name!r}: expected one of {known}")


def read_panel(store: Store, view: View, scope: Scope, panel: str, tab: Tab) -> Panel:
    """Return a panel of the overview, its first rows; raises StoreError.

    A share is of the visitors of the view, which `share_of` fills in once they are known.
    """
    is_folded = view.folds(tab.dimension)
    shown = COUNTRIES_SHOWN if panel == "countries" else ROWS_SHOWN
    row_limit = MAX_ROWS if is_folded else shown
    found = breakdown(store, scope, tab.dimension, row_limit, with_empty=tab.with_empty)
    rows = _rows(found.rows, view, tab, tab.columns)
    row_total = len(rows) if is_folded else found.row_total
    rows = _first(rows, shown)
    if "engaged_s" in tab.columns:
        add_engagement(store, scope, rows)
    return _panel(view, scope, panel, tab, tab.columns, rows, row_total)


def read_all_rows(store: Store, view: View, scope: Scope, panel: str, tab: Tab) -> Panel:
    """Return a panel with every row there is, up to MAX_ROWS; raises StoreError."""
    found = breakdown(store, scope, tab.dimension, with_empty=tab.with_empty)
    rows = _rows(found.rows, view, tab, tab.details)
    if "engaged_s" in tab.details:
        add_engagement(store, scope, rows, every_path=True)
    return _panel(view, scope, panel, tab, tab.details, rows, len(rows))


def failed_panel(panel: str, tab: Tab, error: str) -> Panel:
    """Return a panel that could not be read."""
    names = tuple(each.name for each in PANELS[panel])
    return Panel(panel, tab.name, names, tab.dimension, tab.columns, [], 0, error=error)


def hidden_panel(view: View, panel: str, tab: Tab) -> Panel:
    """Return a panel of a view that shows nothing."""
    return _panel(view, None, panel, tab, tab.columns, [], 0)


def add_engagement(
    store: Store, scope: Scope, rows: list[Row], *, every_path: bool = False
) -> None:
    """Fill in how long and how far each row's page was looked at, where that is known."""
    paths = [row.value for row in rows if not row.is_other]
    known = page_engagement(store, scope, [] if every_path else paths) if paths else {}
    for row in rows:
        if not row.is_other:
            row.extra["engaged_s"], row.extra["scroll"] = known.get(row.value, (None, None))


def _panel(
    view: View,
    scope: Scope | None,
    panel: str,
    tab: Tab,
    columns: tuple[str, ...],
    rows: list[Row],
    row_total: int,
) -> Panel:
    return Panel(
        name=panel,
        tab=tab.name,
        tabs=tuple(each.name for each in PANELS[panel]),
        dimension=tab.dimension,
        columns=columns,
        rows=rows,
        row_total=row_total,
        folded_below=view.site.small_number if view.folds(tab.dimension) else 0,
        lost_until=None if scope is None else _lost_until(scope, DIMENSIONS[tab.dimension]),
    )


def _lost_until(scope: Scope, dimension: Dimension) -> date | None:
    """Return the last day that only this dimension lacks; the page tells of those all lack."""
    lost = set(scope.unknown_days([dimension])) - set(scope.lost_days)
    return max(lost, default=None)


def _rows(
    found: list[tuple[str, Figures]], view: View, tab: Tab, columns: Iterable[str]
) -> list[Row]:
    """Return the rows of a breakdown, small ones folded where the view asks for it."""
    others = [row for row in found if row[0] == FOLDED_VALUE]
    found = [row for row in found if row[0] != FOLDED_VALUE]
    if view.folds(tab.dimension):
        folded = fold(found, lambda row: row[1].visitors, view.site.small_number)
        found, others = folded.shown, others + folded.others
    rows = [
        Row(
            value=value,
            label=label(tab.dimension, value),
            visitors=figures.visitors,
            share=None,
            extra={name: _EXTRAS[name](figures) for name in columns if name in _EXTRAS},
            context=context(tab.dimension, value),
        )
        for value, figures in found
    ]
    if others:
        visitors = sum(figures.visitors for _, figures in others)
        text = f"Other (fewer than {view.site.small_number} visitors)"
        rows.append(Row("", text, visitors, None, is_other=True))
    return rows


def _first(rows: list[Row], shown: int) -> list[Row]:
    """Return as many rows as a panel shows; "Other" stays its last."""
    if rows and rows[-1].is_other:
        return [*rows[:-1][: shown - 1], rows[-1]]
    return rows[:shown]
