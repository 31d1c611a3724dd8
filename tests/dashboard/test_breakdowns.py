"""Breakdowns: a closed day's integers and the events they came from give the same figures, by every
dimension, and both are what the definitions of the metrics say.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from dashboard.figures.dimensions import DIMENSIONS
from dashboard.figures.query import Figures, breakdown, by_day, scope_of_days
from schema import Site, Store
from schema.closing import close_day
from tests.dashboard.build_rows import SITE, a_store, at, event_row, insert_rows

DAY = date(2026, 11, 18)
DAYS = 3
UNTIL = DAY + timedelta(days=DAYS - 1)
SEEDS = (1, 2, 3)
NOW = at("2026-11-22 10:00")


def random_rows(seed: int) -> list[dict[str, Any]]:
    """Return three days of sessions, nobody's pageviews, goals and engagements, from a seed."""
    chance = random.Random(seed)
    rows = []
    for session in range(1, 120):
        day = DAY + timedelta(days=chance.randrange(DAYS))
        start = at(f"{day} 00:00") + timedelta(seconds=chance.randrange(80_000))
        # A visitor has several sessions of one day, never of two.
        visitor = 0 if chance.random() < 0.1 else 10_000 * day.day + chance.randrange(40)
        seen_on = _seen_on(chance)
        came_from = _came_from(chance)
        for number in range(chance.choice([1, 1, 2, 4])):
            name = (
                "pageview" if number == 0 else chance.choice(["pageview", "Purchase", "engagement"])
            )
            rows.append(
                event_row(
                    start + timedelta(seconds=97 * number),
                    day=day,
                    visitor=visitor,
                    session=session,
                    starts=number == 0,
                    name=name,
                    path=chance.choice(["/", "/a", "/b|c", "/d'e"]),
                    hostname=chance.choice([SITE, "m.shop.example"]),
                    revenue=chance.choice([10, 20]) if name == "Purchase" else 0,
                    currency="AZN" if name == "Purchase" else "",
                    engaged_ms=chance.randrange(5_000) if name == "engagement" else 0,
                    **seen_on,
                    **(came_from if number == 0 else {}),
                )
            )
    return rows


def _seen_on(chance: random.Random) -> dict[str, str]:
    country, region, city = chance.choice(
        [
            ("AZ", "AZ-BA", "Baku"),
            ("AZ", "AZ-GA", "Ganja"),
            ("AZ", "", "Baku"),
            ("TR", "", ""),
            ("", "", ""),
        ]
    )
    return {
        "country": country,
        "region": region,
        "city": city,
        "device": chance.choice(["Desktop", "Mobile"]),
        "browser": chance.choice(["Firefox", "Chrome"]),
        "browser_version": chance.choice(["1", "2"]),
        "os": chance.choice(["Linux", "Android"]),
        "screen": chance.choice(["Mobile", "Desktop"]),
        "language": chance.choice(["az", "ru", ""]),
    }


def _came_from(chance: random.Random) -> dict[str, str]:
    source, channel = chance.choice([("Google", "Organic Search"), ("", "Direct")])
    return {
        "source": source,
        "channel": channel,
        "referrer": chance.choice(["https://www.google.com/", ""]),
        "utm_source": chance.choice(["mail", ""]),
        "utm_campaign": chance.choice(["spring", "autumn", ""]),
    }


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Yield a store where each seed has a site of open days and one of closed days."""
    with a_store(tmp_path_factory.mktemp("breakdowns") / "db", Site(name=SITE)) as opened:
        for seed in SEEDS:
            for kind in ("open", "closed"):
                site = Site(name=f"{kind}{seed}.example")
                insert_rows(opened, [{**row, "site": site.name} for row in random_rows(seed)])
            for number in range(DAYS - 1):
                close_day(opened, site, DAY + timedelta(days=number), NOW)
        yield opened


def by_hand(rows: list[dict[str, Any]], dimension: str) -> dict[str, Figures]:
    """Return the figures by their definitions, in plain Python."""
    sessions: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        if row["session"]:
            sessions.setdefault(row["session"], []).append(row)
    level = DIMENSIONS[dimension].level
    values = {_event_value(row, dimension) for row in rows} if level != "session" else set()
    if level != "event":
        values |= {_session_value(of_one, dimension) for of_one in sessions.values()}
    found = {}
    for value in values:
        events = [
            r
            for r in rows
            if r["name"] != "engagement"
            and (level == "session" or _event_value(r, dimension) == value)
        ]
        if level == "event":
            chosen = [sessions[s] for s in {r["session"] for r in events} if s]
        else:
            chosen = [
                of_one for of_one in sessions.values() if _session_value(of_one, dimension) == value
            ]
        if level == "session":
            events = [r for of_one in chosen for r in of_one if r["name"] != "engagement"]
        if events and not (level == "event" and not value):
            found[value] = Figures(
                visitors=len({r["visitor"] for of_one in chosen for r in of_one}),
                sessions=len(chosen),
                pageviews=sum(r["name"] == "pageview" for r in events),
                bounces=sum(_is_bounce(of_one) for of_one in chosen),
                duration_s=sum(97 * (len(of_one) - 1) for of_one in chosen),
            )
    return found


def _is_bounce(events: list[dict[str, Any]]) -> bool:
    names = [event["name"] for event in events if event["name"] != "engagement"]
    return names == ["pageview"]


def _event_value(row: dict[str, Any], dimension: str) -> str:
    if dimension == "page":
        return str(row["path"])
    if dimension == "goal":
        return "" if row["name"] in ("pageview", "engagement") else str(row["name"])
    if dimension == "city":
        return f"{row['region'] or row['country']}/{row['city']}" if row["city"] else ""
    return str(row[dimension])


def _session_value(events: list[dict[str, Any]], dimension: str) -> str:
    if dimension == "entry_page":
        return str(events[0]["path"])
    if dimension == "exit_page":
        return str([event for event in events if event["name"] == "pageview"][-1]["path"])
    return _event_value(events[0], dimension)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dimension", list(DIMENSIONS))
def test_a_breakdown_is_what_the_definitions_say_open_and_closed(
    store: Store, seed: int, dimension: str
) -> None:
    expected = by_hand(random_rows(seed), dimension)
    for kind, closed_days in (("open", 0), ("closed", DAYS - 1)):
        view = scope_of_days(store, f"{kind}{seed}.example", DAY, UNTIL)
        read = breakdown(store, view, dimension)
        assert len(view.closed_days) == closed_days
        assert dict(read.rows) == expected
        assert read.row_total == len(expected)
        visitors = [figures.visitors for _, figures in read.rows]
        assert visitors == sorted(visitors, reverse=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sites_days_are_the_same_open_and_closed(store: Store, seed: int) -> None:
    days = by_day(store, scope_of_days(store, f"open{seed}.example", DAY, UNTIL))
    assert by_day(store, scope_of_days(store, f"closed{seed}.example", DAY, UNTIL)) == days
    rows = random_rows(seed)
    assert sum(f.pageviews for f in days.values()) == sum(r["name"] == "pageview" for r in rows)
    assert sum(f.visitors for f in days.values()) == len({r["visitor"] for r in rows} - {0})


def test_a_limit_leaves_out_the_smallest_and_still_counts_them(store: Store) -> None:
    view = scope_of_days(store, "closed1.example", DAY, UNTIL)
    whole = breakdown(store, view, "page")
    cut = breakdown(store, view, "page", row_limit=2)
    assert cut.rows == whole.rows[:2]
    assert cut.row_total == whole.row_total == 4
