"""Page: reads all of an overview at once, each part for itself, so that one may fail alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

import structlog
from anyio import CapacityLimiter, create_task_group, to_thread

from dashboard.figures.ledger import read_left_out
from dashboard.figures.live import read_live
from dashboard.figures.model import LeftOut, Live, Overview, Panel, Row
from dashboard.figures.panels import PANELS, Tab, failed_panel, hidden_panel, read_panel, tab_of
from dashboard.figures.query import Scope, first_day, nobody_pageviews
from dashboard.figures.returning import read_returning, shows_returning
from dashboard.figures.trend import Trend, hidden_trend, read_trend
from dashboard.figures.view import View, is_hidden
from schema import Store, StoreError

# What a panel says instead of its rows.
UNREADABLE: Final = "This could not be read. Try again, or choose a shorter period."

_log = structlog.get_logger()


async def read_overview(
    store: Store, view: View, tabs: Mapping[str, Tab], limiter: CapacityLimiter
) -> Overview:
    """Return the page of a view; `tabs` is the one shown of each panel.

    Raises StoreError when not even the days can be read.
    """
    scope, compared, hidden, began_on = await to_thread.run_sync(
        _prepare, store, view, limiter=limiter
    )
    jobs: dict[str, Callable[[], Any]] = {
        "live": lambda: read_live(store, view.site, view.now, view.path_prefixes),
        "left_out": lambda: read_left_out(store, view),
    }
    if shows_returning(view):
        jobs["returning"] = lambda: read_returning(store, view)
    if not hidden:
        jobs["trend"] = lambda: read_trend(store, view, scope, compared)
        jobs["nobody"] = lambda: nobody_pageviews(store, scope)
        for panel, tab in tabs.items():
            jobs[panel] = _panel_job(store, view, scope, panel, tab)
    found = await _run_all(jobs, limiter)
    trend: Trend = found.get("trend") or hidden_trend(view)
    return Overview(
        site=view.site.name,
        timezone=str(view.now.tzinfo),
        now=view.now,
        period=view.period,
        comparison=view.comparison.period if compared and view.comparison else None,
        filters=view.filters,
        metrics=trend.metrics,
        series=trend.series,
        panels={
            panel: _panel(found.get(panel), view, panel, tab, trend.visitors, hidden=hidden)
            for panel, tab in tabs.items()
        },
        live=found.get("live") or Live(0, [], [], view.now),
        nobody_pageviews=found.get("nobody", 0),
        left_out=found.get("left_out") or LeftOut(0, [], []),
        returning=found.get("returning"),
        lost_until=max(scope.lost_days, default=None),
        began_on=began_on,
        hidden_below=view.site.small_number if hidden else 0,
        error="" if hidden or "trend" in found else UNREADABLE,
    )


def tabs_of_page(chosen: Mapping[str, str]) -> dict[str, Tab]:
    """Return the tab of each panel, the first unless chosen; raises ParameterError."""
    return {panel: tab_of(panel, chosen.get(panel, "")) for panel in PANELS}


def with_shares(rows: list[Row], visitors: int) -> list[Row]:
    """Return rows with their share of a view's visitors; None when there are none."""
    return [replace(row, share=row.visitors / visitors if visitors else None) for row in rows]


def _prepare(store: Store, view: View) -> tuple[Scope, Scope | None, bool, date | None]:
    """Return what to read and to compare with, whether the view shows nothing, and the day on
    which counting began when the comparison would reach behind it.

    Days before a site's first one had no visitors because nobody counted them.
    """
    scope = view.scope(store)
    compared = view.compared_scope(store)
    if is_hidden(store, scope, view):
        return scope, None, True, None
    first = first_day(store, view.site.name)
    if view.comparison and first and view.comparison.period.since < first:
        return scope, None, False, first
    if compared and (compared.lost_days or is_hidden(store, compared, view)):
        compared = None
    return scope, compared, False, None


def _panel_job(store: Store, view: View, scope: Scope, panel: str, tab: Tab) -> Callable[[], Panel]:
    return lambda: read_panel(store, view, scope, panel, tab)


def _panel(
    found: Panel | None, view: View, panel: str, tab: Tab, visitors: int, *, hidden: bool
) -> Panel:
    if hidden:
        return hidden_panel(view, panel, tab)
    if found is None:
        return failed_panel(panel, tab, UNREADABLE)
    return replace(found, rows=with_shares(found.rows, visitors))


async def _run_all(
    jobs: Mapping[str, Callable[[], Any]], limiter: CapacityLimiter
) -> dict[str, Any]:
    """Run jobs beside each other in threads; return what those that did not fail gave."""
    found: dict[str, Any] = {}

    async def run(name: str, job: Callable[[], Any]) -> None:
        try:
            found[name] = await to_thread.run_sync(job, limiter=limiter)
        except StoreError as error:
            _log.warning("panel_failed", panel=name, error=str(error))

    async with create_task_group() as group:
        for name, job in jobs.items():
            group.start_soon(run, name, job)
    return found
