"""Promise: who agreed to a lasting id is known to come back, few are never told, and no other
figure knows of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import anyio
import httpx
import pytest
from anyio import CapacityLimiter
from starlette.datastructures import QueryParams

from dashboard.address import asked_view
from dashboard.figures.model import Overview, Returning
from dashboard.figures.page import read_overview, tabs_of_page
from dashboard.figures.returning import read_returning
from dashboard.figures.view import View
from schema import Site, Store
from tests.dashboard.build_rows import a_store, at, event_row, insert_rows
from tests.dashboard.serve import add_user, an_app, serving, sign_in

ASKS = Site(name="asks.example", consent="consent")
PLAIN = Site(name="plain.example")
NOW = at("2026-11-18 10:00")
WEEK = "period=custom&from=2026-11-01&until=2026-11-07"
OCTOBER = "period=custom&from=2026-10-01&until=2026-10-31"

# Days on which browsers with these ids were seen.
SEEN = [
    (range(1, 7), ("2026-11-03", "2026-11-05")),  # six, back after two days
    (range(7, 12), ("2026-10-20", "2026-11-04")),  # five, back after fifteen
    (range(12, 17), ("2026-11-06", "2026-11-17")),  # five, back after eleven
    (range(17, 19), ("2026-11-06",)),  # two, once
    (range(0, 1), ("2026-11-03", "2026-11-04")),  # and one that never agreed
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with a_store(tmp_path_factory.mktemp("returning") / "db", ASKS, PLAIN) as opened:
        for site, agreed in ((ASKS.name, True), (PLAIN.name, False)):
            rows = [
                event_row(
                    at(f"{day} 09:00"),
                    site=site,
                    # A pseudonym lasts a day.
                    visitor=1 + number + 100 * int(day[-2:]),
                    session=1 + number + 100 * int(day[-2:]),
                    starts=True,
                    consent_id=number if agreed else 0,
                )
                for numbers, days in SEEN
                for number in numbers
                for day in days
            ]
            insert_rows(opened, rows)
        yield opened


def view_of(query: str, site: Site = ASKS, prefixes: tuple[str, ...] = ()) -> View:
    return asked_view(QueryParams(query), site, NOW, prefixes).view


def page_of(store: Store, view: View) -> Overview:
    async def read() -> Overview:
        return await read_overview(store, view, tabs_of_page({}), CapacityLimiter(4))

    return anyio.run(read)


def test_who_came_on_an_earlier_day_and_who_came_back(store: Store) -> None:
    assert read_returning(store, view_of(WEEK)) == Returning(
        consented=18,
        returning=11,  # the six and the first five
        back_in_7_days=6 / 13,  # new in the week are all but the first five
        back_in_30_days=None,  # too early: the 3rd and 30 days is in December
        hidden_below=5,
    )
    assert read_returning(store, view_of(OCTOBER)) == Returning(
        consented=5, returning=0, back_in_7_days=0.0, back_in_30_days=None, hidden_below=5
    )


@pytest.mark.parametrize(
    ("level", "consented", "returning", "back"),
    [
        (7, 18, 11, None),  # six of thirteen are few
        (8, 18, None, None),  # eleven leave seven, who would be told by the difference
        (19, None, None, None),
    ],
)
def test_few_are_not_told_and_not_by_a_difference(
    store: Store, level: int, consented: int | None, returning: int | None, back: float | None
) -> None:
    found = read_returning(store, view_of(WEEK, replace(ASKS, small_number=level)))
    told = (found.consented, found.returning, found.back_in_7_days)
    assert told == (consented, returning, back)


def test_no_other_figure_knows_of_consent_ids(store: Store) -> None:
    asks, plain = (page_of(store, view_of(WEEK, site)) for site in (ASKS, PLAIN))
    assert asks.returning is not None
    assert plain.returning is None
    assert asks.metrics == plain.metrics
    assert asks.series == plain.series
    assert {name: panel.rows for name, panel in asks.panels.items()} == {
        name: panel.rows for name, panel in plain.panels.items()
    }
    # Six and two days, five and one, seven and one, and one on two days.
    visitors = next(metric.value for metric in asks.metrics if metric.name == "visitors")
    assert visitors == 6 * 2 + 5 + 7 + 2


def test_filters_and_sellers_see_none_of_it(store: Store) -> None:
    assert page_of(store, view_of(f"{WEEK}&f=device:is:Desktop")).returning is None
    assert page_of(store, view_of(WEEK, prefixes=("/",))).returning is None


def test_the_page_shows_them(store: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    add_user(store, "owner@shop.example")
    data = tmp_path_factory.mktemp("data")
    with (
        serving(an_app(store, data, lambda: NOW)) as url,
        httpx.Client(base_url=url) as client,
    ):
        sign_in(client, "owner@shop.example")
        asks = client.get(f"/sites/{ASKS.name}?{WEEK}").text
        plain = client.get(f"/sites/{PLAIN.name}?{WEEK}").text
    panel = asks[asks.index('id="returning"') :]
    assert "18 <small>browsers with a consent" in panel
    assert "46.2%" in panel
    assert "Returning visitors" not in plain
