"""Views: the names analysts use, with exactly the columns, types and meanings that are promised."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from schema import Store

DAY = date(2026, 3, 1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

_TEXT = "String"
_NAME = "LowCardinality(String)"
_COUNT = "UInt64"
_UTM = {f"utm_{name}": _NAME for name in ("source", "medium", "campaign", "term", "content")}
_AGENT = dict.fromkeys(("device", "browser", "browser_version", "os", "os_version"), _NAME)
_PLACE = {"country": _NAME, "region": _TEXT, "city": _TEXT}
_BROWSER = dict.fromkeys(("timezone", "language", "screen"), _NAME)
_VITALS = dict.fromkeys(("lcp_ms", "fcp_ms", "ttfb_ms", "inp_ms"), "Nullable(UInt32)")

_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "events": {
        "site": _NAME,
        "day": "Date",
        "time": "DateTime64(3, 'UTC')",
        "name": _NAME,
        "visitor": _COUNT,
        "session": _COUNT,
        "page_id": _COUNT,
        "hostname": _NAME,
        "path": _TEXT,
        "referrer": _TEXT,
        "source": _NAME,
        "channel": _NAME,
        **_UTM,
        **_AGENT,
        **_PLACE,
        **_BROWSER,
        "props": "Map(LowCardinality(String), String)",
        "revenue": "Decimal(18, 4)",
        "currency": _NAME,
        "interactive": "Bool",
        "engaged_ms": "UInt32",
        "scroll_depth": "UInt8",
        **_VITALS,
        "cls": "Nullable(Float32)",
    },
    "sessions": {
        "site": _NAME,
        "day": "Date",
        "session": _COUNT,
        "visitor": _COUNT,
        "started_at": "DateTime64(3, 'UTC')",
        "ended_at": "DateTime64(3, 'UTC')",
        "entry_path": _TEXT,
        "exit_path": _TEXT,
        "pageviews": _COUNT,
        "events": _COUNT,
        "is_bounce": "UInt8",
        "duration_s": _COUNT,
        **dict.fromkeys(
            ("hostname", "referrer", "source", "channel", *_UTM, *_AGENT, *_PLACE, *_BROWSER), _TEXT
        ),
    },
    "daily": {
        "site": _NAME,
        "day": "Date",
        "dimension": _NAME,
        "value": _TEXT,
        **dict.fromkeys(
            ("visitors", "sessions", "pageviews", "events", "bounces", "duration_s"), _COUNT
        ),
        "revenue": "Decimal(38, 4)",
        "currency": _NAME,
    },
    "dropped": {
        "site": _NAME,
        "hour": "DateTime('UTC')",
        "reason": _NAME,
        "detail": _NAME,
        "count": _COUNT,
    },
}


def add_events(store: Store, *events: dict[str, Any], token: str = "") -> None:
    """Insert events as one batch; what is not given is a pageview of visitor 1 in session 10."""
    given: dict[str, Any] = {
        "site": "shop.example",
        "day": DAY,
        "time": NOON,
        "sample": 0,
        "name": "pageview",
        "visitor": 1,
        "session": 10,
        "starts": False,
        "path": "/",
        "interactive": True,
    }
    rows = [given | event for event in events]
    columns = sorted({name for row in rows for name in row})
    store.insert(
        "event_rows",
        columns,
        [[row.get(name, "") for name in columns] for row in rows],
        token=token,
    )


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def show(store: Store, country: str, region: str, city: str) -> None:
    columns = ["site", "day", "country", "region", "city", "shown_at"]
    store.insert("shown_places", columns, [["shop.example", DAY, country, region, city, NOON]])


@pytest.mark.parametrize("view", sorted(_COLUMNS))
def test_a_view_has_the_promised_columns(store: Store, view: str) -> None:
    found = store.rows(
        "SELECT name, type FROM system.columns"
        " WHERE database = currentDatabase() AND table = {view:String}",
        {"view": view},
    )
    assert dict(found) == _COLUMNS[view]


def test_a_session_goes_from_its_first_event_to_its_last(store: Store) -> None:
    """In several inserts, the later events first: parts come in any order."""
    add_events(
        store,
        {"time": at(5), "path": "/b", "source": "Later", "country": "DE"},
        {"time": at(9), "path": "/c", "name": "engagement"},
    )
    add_events(
        store,
        {"time": at(0), "path": "/a", "starts": True, "source": "Google", "country": "AZ"},
        {"time": at(6), "path": "/b", "name": "Add to cart"},
    )
    assert store.records(
        "SELECT visitor, started_at, ended_at, entry_path, exit_path, pageviews, events,"
        " is_bounce, duration_s, source, country FROM sessions"
    ) == [
        {
            "visitor": 1,
            "started_at": at(0),
            "ended_at": at(9),
            "entry_path": "/a",
            "exit_path": "/b",
            "pageviews": 2,
            "events": 3,
            "is_bounce": False,
            "duration_s": 540,
            "source": "Google",
            "country": "AZ",
        }
    ]


@pytest.mark.parametrize(
    ("beside", "is_bounce"),
    [
        ([], True),
        ([{"name": "engagement"}], True),
        ([{"name": "Banner seen", "interactive": False}], True),
        ([{"name": "Add to cart"}], False),
        ([{}], False),
        ([{"interactive": False}], False),
    ],
)
def test_a_bounce_is_one_pageview_and_no_interactive_event_beside_it(
    store: Store, beside: list[dict[str, Any]], *, is_bounce: bool
) -> None:
    add_events(store, {"starts": True})
    for event in beside:
        add_events(store, event)
    assert store.rows("SELECT is_bounce FROM sessions") == [(is_bounce,)]


def test_a_session_without_a_pageview_is_no_bounce(store: Store) -> None:
    add_events(store, {"starts": True, "name": "Order paid", "interactive": False})
    assert store.rows("SELECT is_bounce, pageviews, events FROM sessions") == [(False, 0, 1)]


def test_events_of_nobody_make_no_session(store: Store) -> None:
    add_events(store, {"visitor": 0, "session": 0})
    assert store.value("SELECT count() FROM events") == 1
    assert store.value("SELECT count() FROM sessions") == 0


def test_a_batch_made_twice_counts_once_in_events_and_sessions(store: Store) -> None:
    """Over two months, so that it is several parts."""
    batch: list[dict[str, Any]] = [
        {"starts": True},
        {"time": at(1)},
        {"day": date(2026, 2, 28), "session": 11, "visitor": 2, "starts": True},
    ]
    add_events(store, *batch, token="one")
    add_events(store, *batch, token="one")
    assert store.value("SELECT count() FROM events") == 3
    assert store.rows("SELECT pageviews FROM sessions ORDER BY session") == [(2,), (1,)]
    add_events(store, *batch, token="two")
    assert store.rows("SELECT pageviews FROM sessions ORDER BY session") == [(4,), (2,)]


def test_a_sample_holds_all_events_of_some_visitors(store: Store) -> None:
    add_events(
        store,
        *(
            {"visitor": visitor + 1, "sample": visitor, "session": visitor + 1}
            for visitor in range(256)
            for _ in range(2)
        ),
    )
    half = "SELECT count(), uniqExact(visitor), max(_sample_factor) FROM event_rows SAMPLE 1 / 2"
    assert store.rows(half) == [(256, 128, 2.0)]


def test_a_place_is_shown_only_where_enough_visitors_were(store: Store) -> None:
    berlin = {"country": "DE", "region": "DE-BE", "city": "Berlin", "starts": True}
    add_events(
        store,
        berlin,
        berlin | {"day": DAY + timedelta(days=1), "session": 11},
        berlin | {"site": "other.example", "session": 12},
        berlin | {"country": "DE", "city": "Spandau", "session": 13},
    )
    for view in ("events", "sessions"):
        sql = f"SELECT session, country, region, city FROM {view} ORDER BY session"  # noqa: S608
        hidden = [(number, "DE", "", "") for number in (11, 12)]
        assert set(store.rows(sql)) == {(10, "DE", "", ""), *hidden, (13, "DE", "", "")}
    show(store, "DE", "DE-BE", "")
    show(store, "DE", "DE-BE", "Berlin")
    for view in ("events", "sessions"):
        sql = f"SELECT session, country, region, city FROM {view} ORDER BY session"  # noqa: S608
        assert store.rows(sql) == [
            (10, "DE", "DE-BE", "Berlin"),
            *hidden,
            (13, "DE", "DE-BE", ""),
        ]


def test_a_hidden_place_cannot_be_asked_for_by_its_name(store: Store) -> None:
    add_events(store, {"country": "DE", "region": "DE-BE", "city": "Berlin", "starts": True})
    for view in ("events", "sessions"):
        sql = f"SELECT count() FROM {view} WHERE city = 'Berlin' OR region = 'DE-BE'"  # noqa: S608
        assert store.value(sql) == 0


def _daily(store: Store, rows: list[tuple[str, str, str, int, int]], closed_at: datetime) -> None:
    store.insert(
        "daily_rows",
        ["site", "day", "dimension", "value", "currency", "visitors", "revenue", "closed_at"],
        [["shop.example", DAY, *row, closed_at] for row in rows],
    )


def test_daily_holds_the_last_closing_and_folds_small_places(store: Store) -> None:
    rows = [("", "", "", 9, 0), ("", "", "AZN", 0, 12)]
    places = [
        ("region", "DE-BE", "", 5, 0),
        ("region", "DE-BB", "", 3, 0),
        ("region", "DE-HH", "", 1, 0),
        ("city", "DE-BE/Berlin", "", 5, 0),
        ("city", "DE-HH/Hamburg", "", 1, 0),
        ("country", "DE", "", 9, 0),
    ]
    _daily(store, [("", "", "", 8, 0), *places], at(0))
    _daily(store, rows, at(1))
    show(store, "DE", "DE-BE", "")
    show(store, "DE", "DE-BE", "Berlin")
    assert store.rows(
        "SELECT dimension, value, currency, visitors, toUInt64(revenue) FROM daily ORDER BY ALL"
    ) == [
        ("", "", "", 9, 0),
        ("", "", "AZN", 0, 12),
        ("city", "", "", 1, 0),
        ("city", "DE-BE/Berlin", "", 5, 0),
        ("country", "DE", "", 9, 0),
        ("region", "", "", 4, 0),
        ("region", "DE-BE", "", 5, 0),
    ]


def test_dropped_adds_up_by_hour_and_reason(store: Store) -> None:
    columns = ["site", "hour", "reason", "detail", "count"]
    for count in (2, 3):
        store.insert("dropped_rows", columns, [["shop.example", NOON, "bot", "Bingbot", count]])
    assert store.rows("SELECT * FROM dropped") == [("shop.example", NOON, "bot", "Bingbot", 5)]
