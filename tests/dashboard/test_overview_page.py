"""Overview: the page's figures are what SQL of its own says, each reader sees what is theirs, and
no small number shows where it must not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import httpx
import pytest
from starlette.datastructures import QueryParams

from dashboard.address import asked_view
from dashboard.figures.model import Metric, Overview
from dashboard.figures.page import UNREADABLE, read_overview
from schema import Site, Store
from schema.closing import close_day, days_to_close
from tests.dashboard.build_rows import SITE, a_store, at, event_row, insert_rows
from tests.dashboard.serve import add_user, an_app, serving, sign_in

BAKU = Site(name=SITE, timezone="Asia/Baku")
OTHER = Site(name="other.example")
EMPTY = Site(name="empty.example")
# Wednesday, 14:30 in Baku.
NOW = at("2026-11-18 10:30")


# Visitors of each day of November up to the 18th; the odd ones come at 13:00, the others at 16:00.
VISITORS = {
    1: 7,
    2: 6,
    3: 5,
    4: 4,
    5: 3,
    6: 2,
    7: 1,
    8: 0,
    9: 9,
    10: 8,
    11: 7,
    12: 6,
    13: 5,
    14: 4,
    15: 3,
    16: 2,
    17: 1,
}


def rows_of_days() -> list[dict[str, Any]]:
    """Return the days' events: every visitor opens /, each second /topdan/a too, each third comes
    from Google, and the eighth and ninth of a day are in Ganja."""
    rows = []
    for day, count in VISITORS.items():
        for visitor in range(1, count + 1):
            moment = at(f"2026-11-{day:02d} {'09' if visitor % 2 else '12'}:00")
            place = ("AZ-BA", "Baku") if visitor < 8 else ("AZ-GA", "Ganja")
            key = 1_000 * day + visitor
            seen = {"visitor": key, "session": key, "region": place[0], "city": place[1]}
            source = {"source": "Google"} if visitor % 3 == 0 else {}
            rows.append(event_row(moment, starts=True, path="/", **seen, **source))
            if visitor % 2 == 0:
                rows.append(event_row(moment, path="/topdan/a", **seen))
    return rows


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with a_store(tmp_path_factory.mktemp("overview") / "db", BAKU, OTHER, EMPTY) as opened:
        insert_rows(opened, rows_of_days())
        insert_rows(opened, [event_row(NOW, site="other.example", path="/secret")])
        for day in days_to_close(opened, BAKU, NOW)[:-2]:
            close_day(opened, BAKU, day, NOW)
        yield opened


@pytest.fixture(scope="module")
def address(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    add_user(store, "owner@shop.example")
    add_user(store, "viewer@shop.example", "viewer", sites=(SITE,))
    add_user(store, "seller@shop.example", "seller", sites=(SITE,), path_prefixes=("/topdan",))
    add_user(store, "nowhere@shop.example", "seller", sites=(SITE,))
    with serving(an_app(store, tmp_path_factory.mktemp("data"), lambda: NOW)) as url:
        yield url


def page_of(store: Store, query: str = "", prefixes: tuple[str, ...] = ()) -> Overview:
    asked = asked_view(QueryParams(query), BAKU, NOW, prefixes)
    limiter = anyio.CapacityLimiter(2)
    return anyio.run(read_overview, store, asked.view, asked.tabs, limiter)


def metric(page: Overview, name: str) -> Metric:
    return next(found for found in page.metrics if found.name == name)


def by_sql(store: Store, what: str, since: str, until: str, extra: str = "1") -> Any:
    """Return an aggregate over the analysts' own views, between two days."""
    return store.value(f"SELECT {what} AND {extra}", {"since": since, "until": until, "site": SITE})


EVENTS = "FROM events WHERE site = {site:String} AND day >= {since:Date} AND day <= {until:Date}"
SESSIONS = EVENTS.replace("events", "sessions")


@pytest.mark.parametrize(
    ("query", "since", "until"),
    [
        ("period=7d", "2026-11-12", "2026-11-18"),
        ("period=today", "2026-11-18", "2026-11-18"),
        ("period=28d", "2026-10-22", "2026-11-18"),
        ("period=12mo", "2025-12-01", "2026-11-18"),
        ("period=custom&from=2026-11-05&until=2026-11-06", "2026-11-05", "2026-11-06"),
    ],
)
def test_the_strip_says_what_sql_says(store: Store, query: str, since: str, until: str) -> None:
    page = page_of(store, query)
    assert metric(page, "visitors").value == by_sql(
        store, f"uniqExact(visitor) {EVENTS}", since, until
    )
    assert metric(page, "pageviews").value == by_sql(store, f"count() {EVENTS}", since, until)
    assert metric(page, "sessions").value == by_sql(store, f"count() {SESSIONS}", since, until)
    rate = by_sql(store, f"avg(is_bounce) {SESSIONS}", since, until)
    assert metric(page, "bounce_rate").value == pytest.approx(rate, nan_ok=True) or rate != rate


def test_a_comparison_holds_the_same_hours(store: Store) -> None:
    # The 12th to the 18th at 14:30, and the 5th to the 11th at 14:30: there the visitors of 16:00
    # on the 11th, the even ones of seven, are left out.
    page = page_of(store, "period=7d")
    assert metric(page, "visitors").value == 21
    assert metric(page, "visitors").previous == 3 + 2 + 1 + 0 + 9 + 8 + 4


def test_a_series_has_every_step_and_says_what_is_not_over(store: Store) -> None:
    week = page_of(store, "period=7d").series
    assert [point.values["visitors"] for point in week.points] == [6, 5, 4, 3, 2, 1, 0]
    assert [point.is_partial for point in week.points] == [False] * 6 + [True]
    assert [point.previous["visitors"] for point in week.points] == [3, 2, 1, 0, 9, 8, 4]
    day = page_of(store, "period=today").series
    assert day.step == "hour"
    assert len(day.points) == 24
    assert [point.starts_at.hour for point in day.points if point.is_partial] == [14]
    assert [p.values["visitors"] is None for p in day.points] == [False] * 15 + [True] * 9
    # Yesterday at 13:00 one visitor came; hours that are still to come show theirs whole.
    assert [point.previous["visitors"] for point in day.points][13] == 1
    months = page_of(store, "period=12mo").series
    assert [point.values["visitors"] for point in months.points][-1] == 73
    assert len(months.points) == 12


def test_shares_are_of_the_views_visitors(store: Store) -> None:
    page = page_of(store, "period=7d")
    top = {row.value: (row.visitors, row.share) for row in page.panels["pages"].rows}
    # Even visitors of 6+5+4+3+2+1: 3+2+2+1+1+0 saw /topdan/a.
    assert top == {"/": (21, 1.0), "/topdan/a": (9, pytest.approx(9 / 21))}
    assert page.panels["countries"].rows[0].label == "Azerbaijan"


def test_cities_below_the_small_number_fold_with_the_next(store: Store) -> None:
    # From the 5th to the 11th: Ganja has three visitors, on two days.
    page = page_of(store, "period=custom&from=2026-11-05&until=2026-11-11")
    assert page.panels["places"].tabs == ("cities", "regions")
    rows = [(row.label, row.visitors, row.is_other) for row in page.panels["places"].rows]
    assert rows == [("Other (fewer than 5 visitors)", 30, True)]
    assert page.panels["places"].folded_below == 5


def test_two_filters_that_leave_few_show_nothing(store: Store) -> None:
    page = page_of(
        store, "period=custom&from=2026-11-15&until=2026-11-15&f=source:is:Google&f=page:is:/"
    )
    # One visitor of Google that day.
    assert page.hidden_below == 5
    assert [found.value for found in page.metrics] == [None] * 5
    assert all(not panel.rows for panel in page.panels.values())
    assert all(point.values["visitors"] is None for point in page.series.points)


def test_one_filter_shows_even_few(store: Store) -> None:
    page = page_of(store, "period=custom&from=2026-11-15&until=2026-11-15&f=source:is:Google")
    assert page.hidden_below == 0
    assert metric(page, "visitors").value == 1


def test_a_second_filter_that_takes_few_away_shows_nothing(store: Store) -> None:
    whole = page_of(store, "period=7d&f=country:is:AZ&f=page:is:/topdan/a")
    assert (metric(whole, "visitors").value, whole.hidden_below) == (9, 0)
    # Of the nine, source Google took 1 (the 6th visitor of the 12th) away.
    few = page_of(store, "period=7d&f=source:is_not:Google&f=page:is:/topdan/a")
    assert few.hidden_below == 5


def test_small_steps_of_a_guarded_view_are_not_said(store: Store) -> None:
    page = page_of(
        store, "period=custom&from=2026-11-05&until=2026-11-11&f=country:is:AZ&f=device:is:Desktop"
    )
    assert [p.values["visitors"] for p in page.series.points] == [None, None, None, 0, 9, 8, 7]


def test_a_part_that_cannot_be_read_says_so_and_others_stay(store: Store) -> None:
    store.command(
        "RENAME TABLE dropped_rows TO dropped_rows_away, session_rows TO session_rows_away"
    )
    try:
        page = page_of(store, "period=today&f=page:is:/")
    finally:
        store.command(
            "RENAME TABLE dropped_rows_away TO dropped_rows, session_rows_away TO session_rows"
        )
    assert page.error == UNREADABLE
    assert page.panels["sources"].error == UNREADABLE
    assert page.live.visitors == 0
    assert len(page.live.pageviews_per_minute) == 30


@contextmanager
def client_of(address: str, email: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address) as client:
        assert sign_in(client, email).status_code == 303
        yield client


def test_an_owner_reads_every_page(address: str, store: Store) -> None:
    with client_of(address, "owner@shop.example") as owner:
        assert owner.get("/").headers["location"] == "/sites/empty.example"
        assert "73" in owner.get(f"/sites/{SITE}?period=month").text
        assert "/topdan/a" in owner.get(f"/sites/{SITE}/details/pages?q=topdan").text
        assert "https://stats.example/beacon.js" in owner.get("/sites/empty.example").text
        assert "data-site" in owner.get(f"/sites/{SITE}/start").text
    seen = store.rows(
        "SELECT action, site, detail FROM audit_rows WHERE action = 'view' ORDER BY at"
    )
    assert ("view", SITE, "details pages top") in seen


def test_a_site_of_others_is_answered_as_one_that_is_not_there(address: str) -> None:
    with client_of(address, "viewer@shop.example") as viewer:
        theirs, nothing = viewer.get("/sites/other.example"), viewer.get("/sites/nothing.example")
        assert (theirs.status_code, nothing.status_code) == (404, 404)
        assert theirs.text == nothing.text
        assert viewer.get("/sites/other.example/details/pages").status_code == 404
        assert viewer.get("/sites/other.example/start").status_code == 404
        assert viewer.get("/api/live?site=other.example").status_code == 404
        answer = viewer.get("/api/v1/stats/realtime/visitors?site_id=other.example")
        assert answer.status_code == 404
        assert "other.example" not in viewer.get(f"/sites/{SITE}").text


def test_a_seller_sees_the_own_pages_and_nothing_small(address: str, store: Store) -> None:
    with client_of(address, "seller@shop.example") as seller:
        page = seller.get(f"/sites/{SITE}/details/pages?period=month").text
        assert "/topdan/a" in page
        assert 'title="/"' not in page
    view = page_of(store, "period=month", ("/topdan",))
    # Every second visitor of the days 1 to 17: 32, who all saw the one page.
    assert metric(view, "visitors").value == 32
    assert [row.value for row in view.panels["pages"].rows] == ["/topdan/a"]
    few = page_of(store, "period=custom&from=2026-11-16&until=2026-11-16", ("/topdan",))
    assert few.hidden_below == 5


def test_a_seller_without_pages_sees_no_site(address: str) -> None:
    with client_of(address, "nowhere@shop.example") as seller:
        assert seller.get(f"/sites/{SITE}").status_code == 404
        assert seller.get("/").status_code == 404


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("period=fortnight", "period"),
        ("f=salary:is:5", "f"),
        ("compare=decade", "compare"),
        ("pages=middle", "pages"),
        ("period=custom&from=x&until=y", "from"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(address: str, query: str, named: str) -> None:
    with client_of(address, "owner@shop.example") as owner:
        answer = owner.get(f"/sites/{SITE}?{query}")
        assert answer.status_code == 400
        assert f"{named}: " in answer.text


@pytest.mark.parametrize("query", ["sort=salary", "page=0", "page=-1", "page=x"])
def test_details_name_a_bad_parameter_too(address: str, query: str) -> None:
    with client_of(address, "owner@shop.example") as owner:
        assert owner.get(f"/sites/{SITE}/details/pages?{query}").status_code == 400
        assert owner.get(f"/sites/{SITE}/details/nothing").status_code == 404


def test_a_filter_form_leads_to_the_filtered_page(address: str) -> None:
    with client_of(address, "owner@shop.example") as owner:
        query = "period=7d&f=page:is:/&dimension=source&operator=contains&value=goo"
        answer = owner.get(f"/sites/{SITE}?{query}")
        assert answer.headers["location"] == (
            f"/sites/{SITE}?period=7d&f=page:is:/&f=source:contains:goo"
        )


def test_days_before_counting_began_are_not_compared_with(store: Store) -> None:
    # Counting began on 1 November, the 14 days before the 5th to the 18th reach back to 22 October.
    page = page_of(store, "period=custom&from=2026-11-05&until=2026-11-18")

    assert page.comparison is None
    assert str(page.began_on) == "2026-11-01"
    assert metric(page, "visitors").previous is None


def test_days_since_counting_began_are_compared_with(store: Store) -> None:
    page = page_of(store, "period=custom&from=2026-11-05&until=2026-11-08")

    assert page.began_on is None
    # 1 to 4 November: 7 + 6 + 5 + 4
    assert metric(page, "visitors").previous == 22
