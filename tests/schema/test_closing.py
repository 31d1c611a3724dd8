"""Closing: a day that is over becomes integers once, and again only when it got more events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from schema import Site, Store
from schema.closing import close_day, days_to_close, refresh_shown_places
from tests.dashboard.build_rows import SITE, a_store, at, event_row, insert_rows

BAKU = Site(name=SITE, timezone="Asia/Baku", small_number=2)
FIRST, SECOND = date(2026, 11, 18), date(2026, 11, 19)
NOW = at("2026-11-20 10:00")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with a_store(tmp_path / "db", BAKU) as opened:
        yield opened


def daily(store: Store, dimension: str) -> list[tuple[object, ...]]:
    return store.rows(
        "SELECT value, currency, visitors, sessions, pageviews, events, bounces, duration_s,"
        " toString(revenue) FROM daily_rows FINAL WHERE dimension = {d:String}"
        " ORDER BY value, currency",
        {"d": dimension},
    )


def test_days_before_the_sites_current_one_are_to_be_closed(store: Store) -> None:
    insert_rows(
        store,
        [
            event_row(at("2026-11-18 10:00"), session=1),
            event_row(at("2026-11-19 10:00"), session=2),
            event_row(at("2026-11-20 10:00"), session=3),
        ],
    )
    assert days_to_close(store, BAKU, NOW) == [FIRST, SECOND]
    # At 20:00 UTC the next day has begun in Baku.
    assert days_to_close(store, BAKU, at("2026-11-19 19:59")) == [FIRST]
    assert days_to_close(store, BAKU, at("2026-11-19 20:00")) == [FIRST, SECOND]
    close_day(store, BAKU, FIRST, NOW)
    assert days_to_close(store, BAKU, NOW) == [SECOND]


def test_a_closed_day_that_got_events_is_closed_again_and_one_that_lost_them_is_not(
    store: Store,
) -> None:
    insert_rows(store, [event_row(at("2026-11-18 10:00"), path="/late")])
    close_day(store, BAKU, FIRST, NOW)
    insert_rows(store, [event_row(at("2026-11-18 10:01"), path="/later")])
    assert days_to_close(store, BAKU, NOW) == [FIRST]
    close_day(store, BAKU, FIRST, at("2026-11-20 10:01"))
    assert days_to_close(store, BAKU, NOW) == []
    store.command("DELETE FROM event_rows WHERE path = '/later'")
    assert days_to_close(store, BAKU, NOW) == []


def test_a_day_has_one_row_a_value_and_money_in_rows_of_its_own(store: Store) -> None:
    opening = {"session": 1, "visitor": 7, "source": "Google"}
    insert_rows(
        store,
        [
            event_row(at("2026-11-18 10:00"), starts=True, **opening),
            event_row(at("2026-11-18 10:01"), session=1, visitor=7, path="/cart"),
            event_row(
                at("2026-11-18 10:02"),
                session=1,
                visitor=7,
                path="/cart",
                name="Purchase",
                revenue="12.50",
                currency="AZN",
            ),
            event_row(at("2026-11-18 11:00"), visitor=0),
        ],
    )
    close_day(store, BAKU, FIRST, NOW)
    assert daily(store, "") == [
        ("", "", 1, 1, 3, 4, 0, 120, "0"),
        ("", "AZN", 0, 0, 0, 0, 0, 0, "12.5"),
    ]
    assert daily(store, "page") == [
        ("/", "", 1, 1, 2, 2, 0, 120, "0"),
        ("/cart", "", 1, 1, 1, 2, 0, 120, "0"),
        ("/cart", "AZN", 0, 0, 0, 0, 0, 0, "12.5"),
    ]
    assert daily(store, "source") == [
        ("Google", "", 1, 1, 2, 3, 0, 120, "0"),
        ("Google", "AZN", 0, 0, 0, 0, 0, 0, "12.5"),
    ]
    assert daily(store, "goal") == [
        ("Purchase", "", 1, 1, 0, 1, 0, 120, "0"),
        ("Purchase", "AZN", 0, 0, 0, 0, 0, 0, "12.5"),
    ]


def test_a_value_that_was_erased_counts_nothing_after_closing_again(store: Store) -> None:
    insert_rows(
        store,
        [
            event_row(at("2026-11-18 10:00"), path="/kept"),
            event_row(at("2026-11-18 10:01"), path="/erased"),
        ],
    )
    close_day(store, BAKU, FIRST, NOW)
    store.command("DELETE FROM event_rows WHERE path = '/erased'")
    close_day(store, BAKU, FIRST, at("2026-11-20 10:01"))
    pages = {row[0]: row[4] for row in daily(store, "page")}
    assert pages == {"/kept": 1, "/erased": 0}


def test_a_place_shows_from_the_sites_small_number_on(store: Store) -> None:
    baku = {"country": "AZ", "region": "AZ-BA", "city": "Baku"}
    insert_rows(
        store,
        [
            event_row(at("2026-11-18 10:00"), visitor=1, session=1, starts=True, **baku),
            event_row(at("2026-11-18 10:00"), visitor=2, session=2, starts=True, **baku),
            event_row(
                at("2026-11-18 10:00"),
                visitor=3,
                session=3,
                starts=True,
                country="AZ",
                region="AZ-GA",
                city="Ganja",
            ),
        ],
    )
    refresh_shown_places(store, BAKU, FIRST, NOW)
    shown = store.rows("SELECT country, region, city FROM shown_places ORDER BY city")
    assert shown == [("AZ", "AZ-BA", ""), ("AZ", "AZ-BA", "Baku")]
