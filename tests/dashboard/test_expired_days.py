"""Expired days: their totals stay; what only their events could tell is unknown, never zero."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from starlette.datastructures import QueryParams

from dashboard.address import asked_view
from dashboard.figures.model import Overview
from dashboard.figures.page import read_overview
from schema import Site, Store
from schema.closing import close_day, days_to_close
from tests.dashboard.build_rows import SITE, a_store, at, event_row, insert_rows

UTC_SITE = Site(name=SITE)
NOW = at("2026-11-18 12:00")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Yield a store of one visitor a day from the 9th on, the events of the first five gone."""
    with a_store(tmp_path / "db", UTC_SITE) as opened:
        insert_rows(
            opened,
            [
                event_row(at(f"2026-11-{day:02d} 10:00"), visitor=day, session=day, starts=True)
                for day in range(9, 19)
            ],
        )
        for day in days_to_close(opened, UTC_SITE, NOW):
            close_day(opened, UTC_SITE, day, NOW)
        opened.command("DELETE FROM event_rows WHERE day < '2026-11-14'")
        opened.command("DELETE FROM session_rows WHERE day < '2026-11-14'")
        yield opened


def page_of(store: Store, query: str) -> Overview:
    asked = asked_view(QueryParams(query), UTC_SITE, NOW, ())
    return anyio.run(read_overview, store, asked.view, asked.tabs, anyio.CapacityLimiter(2))


def points(page: Overview) -> list[float | None]:
    return [point.values["visitors"] for point in page.series.points]


def test_totals_of_expired_days_stay(store: Store) -> None:
    page = page_of(store, "period=custom&from=2026-11-10&until=2026-11-17")
    assert page.metrics[0].value == 8
    assert points(page) == [1] * 8
    assert page.panels["pages"].rows[0].visitors == 8
    assert page.lost_until is None


def test_under_a_filter_expired_days_are_unknown(store: Store) -> None:
    page = page_of(store, "period=custom&from=2026-11-10&until=2026-11-17&f=page:is:/")
    assert points(page) == [None, None, None, None, 1, 1, 1, 1]
    assert str(page.lost_until) == "2026-11-13"
    assert page.metrics[0].value == 4
    # Before the 9th nobody counted: those days are neither zero nor lost.
    assert page.comparison is None
    assert str(page.began_on) == "2026-11-09"


def test_hours_of_an_expired_day_are_unknown_and_its_total_is_not(store: Store) -> None:
    page = page_of(store, "period=custom&from=2026-11-12&until=2026-11-12")
    assert page.metrics[0].value == 1
    assert points(page) == [None] * 24


def test_a_comparison_of_which_events_are_gone_is_none_under_a_filter(store: Store) -> None:
    page = page_of(store, "period=custom&from=2026-11-14&until=2026-11-17&f=page:is:/")
    assert page.comparison is None
    assert page.metrics[0].previous is None


def test_a_last_day_without_events_is_compared_whole_among_others_only(store: Store) -> None:
    several = page_of(store, "period=custom&from=2026-11-16&until=2026-11-18")
    assert several.metrics[0].previous == 3  # 13th to 15th
    longer = page_of(store, "period=custom&from=2026-11-14&until=2026-11-18")
    assert longer.metrics[0].previous == 5  # 9th to 13th, the 13th whole from its total
