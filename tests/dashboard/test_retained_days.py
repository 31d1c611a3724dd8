"""What only blanked ids or cities could tell is unknown, never zero; totals of closed days stay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import anyio
import pytest
from starlette.datastructures import QueryParams

from dashboard.address import asked_view
from dashboard.figures.dimensions import DIMENSIONS
from dashboard.figures.model import Overview
from dashboard.figures.page import read_overview
from dashboard.figures.query import Money, money_by, nobody_pageviews, scope_of_days
from privacy.retention import run_retention
from schema import Site, Store
from schema.closing import close_day, days_to_close, refresh_shown_places
from tests.dashboard.build_rows import SITE, a_store, at, event_row, insert_rows

NOW = at("2026-11-18 12:00")
# Cities are gone up to the 15th, ids up to the 13th, events up to the 11th.
SHOP = Site(name=SITE, small_number=2, keep=("cities=3", "ids=5", "events=7"))
BAKU = {"country": "AZ", "region": "AZ-BA", "city": "Baku"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Yield a store of two visitors a day from the 10th on, each a sale, after retention."""
    with a_store(tmp_path / "db", SHOP) as opened:
        insert_rows(
            opened,
            [
                event_row(
                    at(f"2026-11-{day:02d} 10:00"),
                    visitor=day * 10 + n,
                    session=day * 10 + n,
                    starts=True,
                    revenue="5",
                    currency="AZN",
                    **BAKU,
                )
                for day in range(10, 19)
                for n in (0, 1)
            ],
        )
        for day in days_to_close(opened, SHOP, NOW):
            refresh_shown_places(opened, SHOP, day, NOW)
            close_day(opened, SHOP, day, NOW)
        refresh_shown_places(opened, SHOP, date(2026, 11, 18), NOW)
        list(run_retention(opened, [SHOP], NOW))
        yield opened


def page_of(store: Store, query: str) -> Overview:
    asked = asked_view(QueryParams(query), SHOP, NOW, ())
    return anyio.run(read_overview, store, asked.view, asked.tabs, anyio.CapacityLimiter(2))


def test_without_filter_every_day_is_whole(store: Store) -> None:
    page = page_of(store, "period=custom&from=2026-11-10&until=2026-11-18")
    assert page.metrics[0].value == 18
    assert page.lost_until is None
    places = page.panels["places"]
    assert [(row.value, row.visitors) for row in places.rows] == [("AZ-BA/Baku", 18)]
    assert places.lost_until is None
    # Blanked ids make nobody of no visitor that was one.
    assert page.nobody_pageviews == 0


def test_a_filter_knows_nothing_of_days_without_ids(store: Store) -> None:
    page = page_of(store, "period=custom&from=2026-11-12&until=2026-11-18&f=page:is:/")
    assert page.lost_until == date(2026, 11, 13)
    visitors = [point.values["visitors"] for point in page.series.points]
    assert visitors == [None, None, 2, 2, 2, 2, 2]
    assert page.metrics[0].value == 10


def test_a_filter_by_place_knows_nothing_of_days_without_cities(store: Store) -> None:
    page = page_of(store, "period=custom&from=2026-11-12&until=2026-11-18&f=region:is:AZ-BA")
    assert page.lost_until == date(2026, 11, 15)
    assert page.metrics[0].value == 6


def test_places_under_another_filter_are_of_the_days_that_tell_them(store: Store) -> None:
    page = page_of(store, "period=custom&from=2026-11-14&until=2026-11-18&f=page:is:/")
    assert page.lost_until is None
    places = page.panels["places"]
    assert places.lost_until == date(2026, 11, 15)
    assert [(row.value, row.visitors) for row in places.rows] == [("AZ-BA/Baku", 6)]
    assert page.panels["countries"].lost_until is None
    assert page.panels["countries"].rows[0].visitors == 10


def test_hours_of_a_day_without_ids_are_unknown_and_its_total_is_not(store: Store) -> None:
    page = page_of(store, "period=custom&from=2026-11-13&until=2026-11-13")
    assert page.metrics[0].value == 2
    assert [point.values["visitors"] for point in page.series.points] == [None] * 24


def test_money_of_days_without_ids_comes_from_their_totals(store: Store) -> None:
    scope = scope_of_days(store, SITE, date(2026, 11, 10), date(2026, 11, 18))
    # 18 sales of 5; the last five days tell of single ones, three of those with their region.
    assert money_by(store, scope, [])[()]["AZN"] == Money(Decimal(90), Decimal(5))
    by_region = money_by(store, scope, [DIMENSIONS["region"]])
    assert by_region[("AZ-BA",)]["AZN"] == Money(Decimal(90), Decimal(5))
    assert nobody_pageviews(store, scope) == 0


def test_what_totals_do_not_have_is_unknown_of_days_without_ids(store: Store) -> None:
    scope = scope_of_days(store, SITE, date(2026, 11, 10), date(2026, 11, 18))
    assert scope.unknown_days([DIMENSIONS["region"]]) == ()
    gone = tuple(date(2026, 11, day) for day in range(10, 14))
    assert scope.unknown_days([DIMENSIONS["browser_version"]]) == gone
    both = [DIMENSIONS["browser"], DIMENSIONS["city"]]
    assert scope.unknown_days(both) == (*gone, date(2026, 11, 14), date(2026, 11, 15))


def test_folded_values_are_shown_as_other(store: Store) -> None:
    store.insert(
        "daily_rows",
        ["site", "day", "dimension", "value", "visitors", "pageviews", "events", "closed_at"],
        [[SITE, date(2026, 11, 10), "page", "/rare", 1, 1, 1, NOW]],
    )
    list(run_retention(store, [SHOP], NOW))
    rows = page_of(store, "period=custom&from=2026-11-10&until=2026-11-10").panels["pages"].rows
    # A lone small value takes the next smallest with it.
    assert [(row.label, row.visitors, row.is_other) for row in rows] == [
        ("Other (fewer than 2 visitors)", 3, True)
    ]
