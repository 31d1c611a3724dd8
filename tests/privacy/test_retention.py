"""What is past its time is gone after a run, and a site's totals are what they were."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from privacy.audit import AuditLog
from privacy.consent import save_receipts
from privacy.records import ConsentReceipt, ConsentState, new_id
from privacy.retention import Report, due_sites, list_reports, note_run, run_retention
from schema import Site, Store
from schema.closing import close_day, days_to_close, refresh_shown_places
from tests.dashboard.build_rows import SITE, at, event_row, insert_rows

# Cities 30 days, ids 60, events 180, dropped 365.
SHOP = Site(name=SITE, small_number=3)
NOW = at("2026-11-21 12:00")
# The last days that lose each.
CITIES, IDS, EVENTS = date(2026, 10, 22), date(2026, 9, 22), date(2026, 5, 25)
NEXT = timedelta(days=1)

BAKU = {"country": "AZ", "region": "AZ-BA", "city": "Baku"}


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def visit(day: date, visitor: int, **values: Any) -> dict[str, Any]:
    """Return a visitor's pageview, which opens a session, in Baku."""
    given = {"visitor": visitor, "session": visitor, "starts": True, "page_id": visitor} | BAKU
    return event_row(noon(day), **given | values)


def close_days(store: Store, site: Site = SHOP, now: datetime = NOW) -> None:
    for day in days_to_close(store, site, now):
        refresh_shown_places(store, site, day, now)
        close_day(store, site, day, now)


def run(store: Store, *sites: Site, now: datetime = NOW, dry: bool = False) -> list[Report]:
    return list(run_retention(store, sites or (SHOP,), now, dry=dry))


def found(reports: list[Report]) -> dict[str, int]:
    return {report.kind: report.found for report in reports}


def count(store: Store, table: str, condition: str) -> int:
    number: int = store.value(f"SELECT count() FROM {table} WHERE {condition}")  # noqa: S608
    return number


def totals(store: Store) -> list[tuple[Any, ...]]:
    """Return the site's own totals of each day."""
    return store.rows(
        "SELECT day, currency, visitors, sessions, pageviews, events, bounces, duration_s,"
        " toString(revenue) FROM daily WHERE dimension = '' ORDER BY day, currency"
    )


def by_dimension(store: Store, day: date) -> dict[str, tuple[int, int, int]]:
    """Return the sums of each dimension of a day."""
    rows = store.rows(
        "SELECT dimension, sum(visitors), sum(pageviews), sum(events) FROM daily_rows FINAL"
        " WHERE day = {day:Date} GROUP BY dimension",
        {"day": day},
    )
    return {dimension: sums for dimension, *sums in rows}  # type: ignore[misc]


def values(store: Store, dimension: str, day: date = EVENTS) -> dict[str, int]:
    return dict(
        store.rows(
            "SELECT value, visitors FROM daily_rows FINAL WHERE dimension = {d:String}"
            " AND day = {day:Date} AND currency = '' ORDER BY value",
            {"d": dimension, "day": day},
        )
    )


def test_cities_go_first_and_events_keep_everything_else(embedded_store: Store) -> None:
    insert_rows(embedded_store, [visit(CITIES, 1), visit(CITIES, 2), visit(CITIES + NEXT, 3)])
    close_days(embedded_store)

    reports = run(embedded_store)

    # Two events and two sessions of the 22nd.
    assert found(reports) == {
        "cities": 4,
        "ids": 0,
        "events": 0,
        "totals": 0,
        "dropped": 0,
        "consents": 0,
    }
    rows = "SELECT day, visitor, country, region, city FROM event_rows ORDER BY visitor"
    assert embedded_store.rows(rows) == [
        (CITIES, 1, "AZ", "", ""),
        (CITIES, 2, "AZ", "", ""),
        (CITIES + NEXT, 3, "AZ", "AZ-BA", "Baku"),
    ]
    rows = "SELECT max(region), max(city) FROM session_rows GROUP BY session ORDER BY session"
    assert embedded_store.rows(rows) == [("", ""), ("", ""), ("AZ-BA", "Baku")]
    # Totals were written before.
    assert values(embedded_store, "city", CITIES) == {"AZ-BA/Baku": 2}


def test_ids_go_and_the_rows_stay_as_events_of_nobody(embedded_store: Store) -> None:
    insert_rows(
        embedded_store,
        [
            visit(IDS, 1, path="/a"),
            visit(IDS, 1, path="/b", starts=False),
            visit(IDS + NEXT, 2),
            event_row(noon(IDS), visitor=0, path="/nobody"),
        ],
    )
    close_days(embedded_store)
    before = totals(embedded_store)

    reports = run(embedded_store)

    # Two events with ids and their session; places of three events and two sessions.
    assert found(reports)["ids"] == 3
    assert found(reports)["cities"] == 5
    rows = "SELECT path, visitor, session, page_id, consent_id FROM event_rows ORDER BY day, path"
    assert embedded_store.rows(rows) == [
        ("/a", 0, 0, 0, 0),
        ("/b", 0, 0, 0, 0),
        ("/nobody", 0, 0, 0, 0),
        ("/", 2, 2, 2, 0),
    ]
    assert embedded_store.rows("SELECT DISTINCT day FROM session_rows") == [(IDS + NEXT,)]
    assert totals(embedded_store) == before


def test_events_go_and_totals_stay(embedded_store: Store) -> None:
    insert_rows(embedded_store, [visit(EVENTS, 1), visit(EVENTS + NEXT, 2)])
    close_days(embedded_store)
    before = totals(embedded_store)

    run(embedded_store)

    assert embedded_store.rows("SELECT DISTINCT day FROM event_rows") == [(EVENTS + NEXT,)]
    assert totals(embedded_store) == before == [
        (EVENTS, "", 1, 1, 1, 1, 1, 0, "0"),
        (EVENTS + NEXT, "", 1, 1, 1, 1, 1, 0, "0"),
    ]  # fmt: skip


def test_small_values_fold_when_their_events_go(embedded_store: Store) -> None:
    """Below 3 visitors: /rare has one, /new two; /home has four."""
    insert_rows(
        embedded_store,
        [
            *(visit(EVENTS, n, path="/home") for n in range(1, 5)),
            *(visit(EVENTS, n, path="/new", starts=False) for n in (1, 2)),
            visit(EVENTS, 3, path="/rare", starts=False, revenue="9.90", currency="AZN"),
            event_row(noon(EVENTS), visitor=0, path="/nobody"),
        ],
    )
    close_days(embedded_store)
    before, sums = totals(embedded_store), by_dimension(embedded_store, EVENTS)

    run(embedded_store)

    assert values(embedded_store, "page") == {"(other)": 3, "/home": 4}
    # The event for nobody folds with the others; money follows its value.
    rows = (
        "SELECT value, currency, pageviews, toString(revenue) FROM daily_rows FINAL"
        " WHERE dimension = 'page' ORDER BY value, currency"
    )
    assert embedded_store.rows(rows) == [
        ("(other)", "", 4, "0"),
        ("(other)", "AZN", 0, "9.9"),
        ("/home", "", 4, "0"),
    ]
    assert totals(embedded_store) == before
    assert by_dimension(embedded_store, EVENTS) == sums
    # Not even as zeros do the names stay.
    assert count(embedded_store, "daily_rows", "value IN ('/rare', '/new', '/nobody')") == 0


def test_one_that_would_fold_alone_takes_the_next_smallest_with_it(embedded_store: Store) -> None:
    sources = {"Google": range(1, 6), "Bing": range(6, 9), "Rare": range(9, 10)}
    insert_rows(
        embedded_store,
        [visit(EVENTS, n, source=source) for source, of in sources.items() for n in of],
    )
    close_days(embedded_store)

    run(embedded_store)

    assert values(embedded_store, "source") == {"(other)": 4, "Google": 5}
    # Everybody was in Baku, so nothing had to fold.
    assert values(embedded_store, "city") == {"AZ-BA/Baku": 9}


def test_what_many_events_of_nobody_made_stays(embedded_store: Store) -> None:
    paid = [event_row(noon(EVENTS), visitor=0, name="Order paid") for _ in range(3)]
    few = [event_row(noon(EVENTS), visitor=0, name="Refund") for _ in range(2)]
    insert_rows(embedded_store, paid + few)
    close_days(embedded_store)

    run(embedded_store)

    assert values(embedded_store, "goal") == {"(other)": 0, "Order paid": 0}


def test_a_day_that_folds_again_only_gets_what_is_new(embedded_store: Store) -> None:
    """Imported figures may come to a day whose small values were folded before."""
    insert_rows(embedded_store, [visit(EVENTS, 1, path="/rare"), visit(EVENTS, 2, path="/new")])
    close_days(embedded_store)
    run(embedded_store)
    assert values(embedded_store, "page") == {"(other)": 2}
    embedded_store.insert(
        "daily_rows",
        ["site", "day", "dimension", "value", "visitors", "pageviews", "events", "closed_at"],
        [
            [SITE, EVENTS, "page", "/late", 1, 1, 1, NOW],
            [SITE, EVENTS, "page", "/big", 9, 9, 9, NOW],
        ],
    )
    run(embedded_store)
    assert values(embedded_store, "page") == {"(other)": 3, "/big": 9}


def test_counts_of_what_was_dropped_go_after_a_year(embedded_store: Store) -> None:
    baku = replace(SHOP, timezone="Asia/Baku")
    # 365 days before the 21st is 21 November 2025, which ends at 20:00 UTC in Baku.
    hours = [at("2025-11-21 19:00"), at("2025-11-21 20:00")]
    embedded_store.insert(
        "dropped_rows",
        ["site", "hour", "reason", "detail", "count"],
        [[SITE, hour, "bot", "", 7] for hour in hours],
    )
    assert found(run(embedded_store, baku))["dropped"] == 1
    assert embedded_store.rows("SELECT hour FROM dropped") == [(hours[1],)]


def a_decision(instant: datetime, consent_id: int, state: ConsentState) -> ConsentReceipt:
    return ConsentReceipt(
        id=new_id(),
        received_at=instant,
        site=SITE,
        state=state,
        how="call",
        consent_id=consent_id,
    )


def test_receipts_of_consents_go_three_years_after_the_last_decision(embedded_store: Store) -> None:
    """1095 days before the 21st is 22 November 2023: what is of it, or before, is past its time."""
    past, not_yet = at("2023-11-22 23:59"), at("2023-11-23 00:00")
    save_receipts(
        embedded_store,
        [
            a_decision(past, 1, "granted"),
            a_decision(past, 1, "withdrawn"),
            a_decision(past, 2, "granted"),
            a_decision(not_yet, 2, "withdrawn"),
            a_decision(past, 0, "denied"),
            a_decision(not_yet, 0, "denied"),
        ],
    )
    assert found(run(embedded_store))["consents"] == 3
    rows = "SELECT consent_id, state FROM consent_receipts ORDER BY consent_id, received_at"
    assert embedded_store.rows(rows) == [(0, "denied"), (2, "granted"), (2, "withdrawn")]


def test_a_consent_on_which_rows_stand_keeps_its_proof(embedded_store: Store) -> None:
    """Also where a hold keeps the rows: 5 has an event, 6 a held one, 7 none any more."""
    past = at("2023-11-01 12:00")
    save_receipts(embedded_store, [a_decision(past, number, "granted") for number in (5, 6, 7)])
    insert_rows(embedded_store, [visit(NOW.date(), number, consent_id=number) for number in (5, 6)])
    embedded_store.command(
        "INSERT INTO held_rows SELECT generateUUIDv4(), 'legal', false, [], *"
        " FROM event_rows WHERE consent_id = 6"
    )
    embedded_store.command("DELETE FROM event_rows WHERE consent_id = 6")
    assert found(run(embedded_store))["consents"] == 1
    rows = "SELECT consent_id FROM consent_receipts ORDER BY consent_id"
    assert embedded_store.rows(rows) == [(5,), (6,)]


def test_a_dry_run_finds_what_the_run_removes_and_removes_nothing(embedded_store: Store) -> None:
    insert_rows(
        embedded_store,
        [visit(day, n) for n, day in enumerate((EVENTS, IDS, CITIES, NOW.date()), 1)],
    )
    close_days(embedded_store)
    dry = run(embedded_store, dry=True)
    assert count(embedded_store, "event_rows", "visitor = 0 OR city = ''") == 0
    assert list_reports(embedded_store) == []

    wet = run(embedded_store)

    assert found(dry) == found(wet)
    assert [(each.removed, each.found_after) for each in wet] == [(each.found, 0) for each in dry]


def test_a_second_run_finds_nothing(embedded_store: Store) -> None:
    insert_rows(embedded_store, [visit(EVENTS, 1), visit(IDS, 2), visit(CITIES, 3)])
    close_days(embedded_store)
    run(embedded_store)
    assert set(found(run(embedded_store)).values()) == {0}


def test_a_day_that_is_not_closed_loses_nothing_nor_do_later_ones(embedded_store: Store) -> None:
    insert_rows(embedded_store, [visit(CITIES - 2 * NEXT, 1), visit(CITIES, 3)])
    close_days(embedded_store)
    insert_rows(embedded_store, [visit(CITIES - NEXT, 2)])

    report = run(embedded_store)[0]

    assert (report.found, report.removed, report.found_after) == (6, 2, 4)
    assert report.open_days == (CITIES - NEXT,)
    assert report.until == CITIES - 2 * NEXT
    assert embedded_store.rows("SELECT visitor, city FROM event_rows ORDER BY visitor") == [
        (1, ""),
        (2, "Baku"),
        (3, "Baku"),
    ]
    assert due_sites(embedded_store, [SHOP], NOW) == [SHOP]
    close_days(embedded_store)
    assert run(embedded_store)[0].found_after == 0
    assert due_sites(embedded_store, [SHOP], NOW) == []


def test_a_day_is_not_closed_again_from_what_retention_left(embedded_store: Store) -> None:
    insert_rows(embedded_store, [visit(IDS, 1)])
    close_days(embedded_store)
    run(embedded_store)
    insert_rows(embedded_store, [visit(IDS, 2)])
    assert days_to_close(embedded_store, SHOP, NOW) == []


def test_each_site_has_its_own_policy_and_day(embedded_store: Store) -> None:
    """In Kiritimati, 14 hours ahead, the 22nd has begun at noon UTC."""
    brief = Site(name="brief.example", keep=("cities=2",))
    ahead = Site(name="ahead.example", keep=("cities=2",), timezone="Pacific/Kiritimati")
    days = [date(2026, 11, day) for day in (18, 19, 20)]
    insert_rows(
        embedded_store,
        [
            visit(day, number, site=site.name)
            for site in (SHOP, brief, ahead)
            for number, day in enumerate(days, 1)
        ],
    )
    for site in (SHOP, brief, ahead):
        close_days(embedded_store, site)
    run(embedded_store, SHOP, brief, ahead)
    rows = "SELECT site, max(day) FROM event_rows WHERE city = '' GROUP BY site ORDER BY site"
    assert embedded_store.rows(rows) == [
        ("ahead.example", date(2026, 11, 20)),
        ("brief.example", date(2026, 11, 19)),
    ]


def test_a_site_is_due_again_when_its_next_day_begins(embedded_store: Store) -> None:
    assert due_sites(embedded_store, [SHOP], NOW) == [SHOP]
    run(embedded_store)
    assert due_sites(embedded_store, [SHOP], NOW + timedelta(hours=11)) == []
    assert due_sites(embedded_store, [SHOP], NOW + timedelta(hours=12)) == [SHOP]
    stricter = replace(SHOP, keep=("ids=10",))
    assert due_sites(embedded_store, [stricter], NOW) == [stricter]


def test_each_run_leaves_a_report_and_a_record(embedded_store: Store) -> None:
    insert_rows(embedded_store, [visit(CITIES, 1)])
    close_days(embedded_store)
    reports = run(embedded_store)
    note_run(AuditLog(embedded_store), "cli", reports)

    kept = {report.kind: report for report in list_reports(embedded_store)}
    assert set(kept) == {"cities", "ids", "events", "totals", "dropped", "consents"}
    cities = kept["cities"]
    assert (cities.found, cities.removed, cities.found_after, cities.until) == (2, 2, 0, CITIES)
    assert {report.state for report in kept.values()} == {"done"}
    assert embedded_store.rows("SELECT actor, action, site, rows, detail FROM audit_rows") == [
        (
            "cli",
            "purge",
            SITE,
            2,
            "cities 2 until 2026-10-22, ids 0 until 2026-09-22, events 0 until 2026-05-25,"
            " totals 0 until 2026-05-25, dropped 0 until 2025-11-21,"
            " consents 0 until 2023-11-22",
        )
    ]


@pytest.mark.parametrize("rows_of_held", [0, 1])
def test_rows_that_come_back_go_with_the_next_run(embedded_store: Store, rows_of_held: int) -> None:
    """As those of a hold that ended do."""
    insert_rows(embedded_store, [visit(EVENTS, 1), visit(EVENTS, 2)])
    close_days(embedded_store)
    run(embedded_store)
    before = totals(embedded_store)
    insert_rows(embedded_store, [visit(EVENTS, 9) for _ in range(rows_of_held)])
    run(embedded_store)
    assert count(embedded_store, "event_rows", "1") == 0
    assert totals(embedded_store) == before
