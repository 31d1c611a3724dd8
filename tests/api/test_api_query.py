"""Query: each metric, dimension and condition gives the figure worked out from the shop's rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from schema import Site, save_site
from schema.closing import close_day
from tests.api.stats_shop import BOTH, FIRST, NOW, ROWS, SECOND, Shop, a_shop
from tests.dashboard.build_rows import SITE, at, event_row, insert_rows

AZN_80 = {"value": 80.0, "currency": "AZN", "short": "AZN80", "long": "AZN80.00"}
FROM_GOOGLE = ["is", "visit:source", ["Google"]]
BOUGHT = ["is", "event:goal", ["Purchase"]]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with a_shop(tmp_path_factory.mktemp("api_query")) as served:
        yield served


def test_totals_are_those_of_all_sessions_and_nobodys_pageviews(shop: Shop) -> None:
    # Pageviews 2 + 1 + 1 + 1 and nobody's; sessions last 180, 0, 0 and 600 s; 2 of 4 bounce.
    assert shop.totals(
        "visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration",
        "views_per_visit",
    ) == [4, 4, 6, 8, 50.0, 195, 1.25]  # fmt: skip


def test_revenue_is_an_amount_with_its_currency(shop: Shop) -> None:
    total, average = shop.totals("total_revenue", "average_revenue", filters=[BOUGHT])
    assert total == AZN_80
    assert average["value"] == 40.0
    assert shop.rows(metrics=["total_revenue"], dimensions=["visit:source"])[0][1][0]["value"] == 50


def test_a_page_is_read_for_so_long_and_so_far(shop: Shop) -> None:
    on_cart = [["is", "event:page", ["/cart"]]]
    assert shop.totals("time_on_page", "scroll_depth", filters=on_cart) == [4, 50]
    rows = shop.rows(metrics=["pageviews", "time_on_page"], dimensions=["event:page"])
    assert rows == [(["/"], [3, None]), (["/cart"], [3, 4])]


def test_rates_of_goals_are_of_all_visitors_or_of_the_rows_own(shop: Shop) -> None:
    # 2 of 4 bought: 1 of the 2 that Google sent, 1 of the 2 that came directly.
    metrics = ["visitors", "events", "conversion_rate", "group_conversion_rate"]
    assert shop.totals(*metrics, filters=[BOUGHT]) == [2, 2, 50.0, 50.0]
    rows = shop.rows(metrics=metrics, filters=[BOUGHT], dimensions=["visit:source"])
    assert rows == [(["Direct / None"], [1, 1, 25.0, 50.0]), (["Google"], [1, 1, 25.0, 50.0])]
    assert shop.rows(metrics=metrics, dimensions=["event:goal"]) == [
        (["Purchase"], [2, 2, 50.0, 50.0])
    ]


def test_a_percentage_is_of_all_visitors(shop: Shop) -> None:
    rows = shop.rows(metrics=["visitors", "percentage"], dimensions=["visit:country"])
    assert rows == [(["AZ"], [3, 75.0]), (["TR"], [1, 25.0])]


@pytest.mark.parametrize(
    ("dimension", "expected"),
    [
        ("event:page", {"/": 3, "/cart": 2}),
        ("event:hostname", {SITE: 4}),
        ("event:goal", {"Purchase": 2}),
        ("event:name", {"pageview": 4, "Purchase": 2}),
        ("event:props:plan", {"(none)": 4, "gold": 1, "silver": 1}),
        ("visit:entry_page", {"/": 3, "/cart": 1}),
        ("visit:exit_page", {"/": 2, "/cart": 2}),
        ("visit:source", {"Direct / None": 2, "Google": 2}),
        ("visit:referrer", {"Direct / None": 2, "https://www.google.com/": 2}),
        ("visit:channel", {"Direct": 2, "Organic Search": 2}),
        ("visit:utm_source", {"(not set)": 4}),
        ("visit:utm_medium", {"(not set)": 4}),
        ("visit:utm_campaign", {"(not set)": 4}),
        ("visit:utm_term", {"(not set)": 4}),
        ("visit:utm_content", {"(not set)": 4}),
        ("visit:device", {"Desktop": 3, "Mobile": 1}),
        ("visit:browser", {"Firefox": 4}),
        ("visit:browser_version", {"128": 4}),
        ("visit:os", {"Linux": 4}),
        ("visit:os_version", {"6": 4}),
        ("visit:country", {"AZ": 3, "TR": 1}),
        ("visit:country_name", {"Azerbaijan": 3, "Türkiye": 1}),
        ("visit:region", {"(not set)": 3, "AZ-BA": 1}),
        ("visit:city", {"(not set)": 3, "AZ-BA/Baku": 1}),
        ("visit:city_name", {"(not set)": 3, "Baku": 1}),
        ("time:minute", {f"{FIRST} 10:00:00": 1, f"{FIRST} 10:01:00": 1, f"{FIRST} 10:02:00": 1,
                         f"{FIRST} 10:30:00": 1, f"{FIRST} 11:00:00": 0, f"{FIRST} 23:00:00": 1,
                         f"{SECOND} 09:00:00": 1, f"{SECOND} 09:10:00": 1}),
        ("time:hour", {f"{FIRST} 10:00:00": 2, f"{FIRST} 11:00:00": 0, f"{FIRST} 23:00:00": 1,
                       f"{SECOND} 09:00:00": 1}),
        ("time:day", {FIRST: 3, SECOND: 1}),
        ("time:week", {"2026-11-16": 4}),
        ("time:month", {"2026-11-01": 4}),
        ("time", {f"{FIRST} 10:00:00": 2, f"{FIRST} 11:00:00": 0, f"{FIRST} 23:00:00": 1,
                  f"{SECOND} 09:00:00": 1}),
    ],
)  # fmt: skip
def test_visitors_by_each_dimension(shop: Shop, dimension: str, expected: dict[str, int]) -> None:
    rows = shop.rows(dimensions=[dimension])
    assert {label: visitors for (label,), (visitors,) in rows} == expected


def test_a_region_goes_by_its_name(shop: Shop) -> None:
    rows = shop.rows(dimensions=["visit:region_name"])
    assert [label for (label,), _ in rows] == ["(not set)", "Bakı"]
    assert shop.totals("visitors", filters=[["contains", "visit:region_name", ["Bakı"]]]) == [1]


@pytest.mark.parametrize(
    ("condition", "visitors", "pageviews"),
    [
        (["is", "event:page", ["/cart"]], 2, 3),
        (["is_not", "event:page", ["/cart"]], 3, 3),
        (["contains", "event:page", ["car", "x"]], 2, 3),
        (["contains", "event:page", ["CAR"]], 0, 0),
        (["contains", "event:page", ["CAR"], {"case_sensitive": False}], 2, 3),
        (["contains_not", "event:page", ["car"]], 3, 3),
        (["matches", "event:page", ["^/c.*t$"]], 2, 3),
        (["matches_not", "event:page", ["^/c"]], 3, 3),
        (["is", "visit:source", ["google"], {"case_sensitive": False}], 2, 3),
        (["is", "visit:source", ["Direct / None"]], 2, 2),
        (["is_not", "visit:source", ["Google"]], 2, 2),
        (["is", "visit:country_name", ["Türkiye"]], 1, 1),
        (["is", "event:props:plan", ["gold"]], 1, 0),
        (["is", "event:props:plan", ["(none)"]], 4, 6),
        (["is", "event:goal", ["Purchase"]], 2, 0),
        (["has_done", BOUGHT], 2, 3),
        (["has_not_done", BOUGHT], 2, 2),
        (["not", ["has_done", BOUGHT]], 2, 3),
        (["and", [["is", "event:page", ["/"]], ["is", "visit:source", ["Google"]]]], 2, 2),
        (["or", [["is", "event:page", ["/cart"]], ["is", "visit:source", ["Google"]]]], 3, 5),
        (["not", ["or", [["is", "visit:country", ["TR"]], FROM_GOOGLE]]], 1, 1),
        (["and", [["has_done", ["is", "event:page", ["/cart"]]], BOUGHT]], 1, 0),
    ],
)  # fmt: skip
def test_a_condition_chooses_by_what_it_says(
    shop: Shop, condition: list[Any], visitors: int, pageviews: int
) -> None:
    assert shop.totals("visitors", "pageviews", filters=[condition]) == [visitors, pageviews]


def test_pageviews_by_source_are_those_that_a_condition_on_pages_chose(shop: Shop) -> None:
    rows = shop.rows(
        metrics=["visitors", "pageviews"],
        dimensions=["visit:source"],
        filters=[["is", "event:page", ["/cart"]]],
    )
    assert rows == [(["Direct / None"], [1, 1]), (["Google"], [1, 1])]


def test_several_dimensions_part_each_other(shop: Shop) -> None:
    rows = shop.rows(
        metrics=["visitors", "pageviews", "visits", "bounce_rate"],
        dimensions=["time:day", "visit:source", "event:page"],
        order_by=[["pageviews", "desc"], ["event:page", "desc"]],
    )
    assert rows == [
        ([FIRST, "Google", "/"], [2, 2, 2, 50.0]),
        ([FIRST, "Direct / None", "/cart"], [1, 1, 1, 100.0]),
        ([FIRST, "Google", "/cart"], [1, 1, 1, 0.0]),
        ([SECOND, "Direct / None", "/"], [1, 1, 1, 0.0]),
    ]


def test_instants_choose_what_happened_between_them(shop: Shop) -> None:
    found = shop.query(
        metrics=["visitors", "visits", "pageviews", "events"],
        date_range=[f"{FIRST}T14:01:00+04:00", f"{FIRST}T14:29:59+04:00"],
    )
    # 10:01 to 10:29:59 UTC: visitor 1's cart and purchase; the session began before.
    assert found["results"] == [{"metrics": [1, 0, 1, 2], "dimensions": []}]
    assert found["query"]["date_range"] == [f"{FIRST}T10:01:00+00:00", f"{FIRST}T10:29:59+00:00"]


@pytest.mark.parametrize(
    ("date_range", "visitors", "first"),
    [
        ("day", 0, "2026-11-20"), ("7d", 4, "2026-11-14"), ("28d", 4, "2026-10-24"),
        ("30d", 4, "2026-10-22"), ("91d", 4, "2026-08-22"), ("month", 4, "2026-11-01"),
        ("6mo", 4, "2026-06-01"), ("12mo", 4, "2025-12-01"), ("year", 4, "2026-01-01"),
        ("all", 4, FIRST), ("24h", 0, SECOND), ([SECOND, SECOND], 1, SECOND),
        ([f"{FIRST}T00:00:00", f"{FIRST}T23:59:59"], 3, FIRST),
    ],
)  # fmt: skip
def test_a_range_begins_where_it_says(
    shop: Shop, date_range: Any, visitors: int, first: str
) -> None:
    found = shop.query(date_range=date_range)
    assert found["results"][0]["metrics"] == [visitors]
    assert found["query"]["date_range"][0].startswith(first)


def test_labels_name_every_step_and_total_rows_all_pages(shop: Shop) -> None:
    found = shop.query(
        dimensions=["time:day"],
        date_range=["2026-11-17", SECOND],
        include={"time_labels": True, "total_rows": True, "imports": True},
        pagination={"limit": 1, "offset": 1},
    )
    assert found["results"] == [{"metrics": [1], "dimensions": [SECOND]}]
    assert found["meta"] == {
        "imports_included": False,
        "imports_skip_reason": "no_imported_data",
        "time_labels": ["2026-11-17", FIRST, SECOND],
        "total_rows": 2,
    }


def test_a_comparison_tells_each_rows_change(shop: Shop) -> None:
    found = shop.query(
        metrics=["visitors", "bounce_rate"],
        date_range=[SECOND, SECOND],
        dimensions=["visit:source"],
        include={"comparisons": {"mode": "previous_period"}},
    )
    # Directly: 1 visitor, who bounced, then 1 who did not.
    assert found["results"] == [
        {
            "dimensions": ["Direct / None"],
            "metrics": [1, 0.0],
            "comparison": {
                "dimensions": ["Direct / None"],
                "metrics": [1, 100.0],
                "change": [0, -100.0],
            },
        }
    ]
    by_day = shop.query(
        date_range=[SECOND, SECOND],
        dimensions=["time:day"],
        include={"comparisons": {"mode": "custom", "date_range": [FIRST, FIRST]}},
    )
    comparison = by_day["results"][0]["comparison"]
    assert comparison == {"dimensions": [FIRST], "metrics": [3], "change": [-67]}


def test_closed_days_give_the_same_answers(shop: Shop) -> None:
    questions: list[dict[str, Any]] = [
        {"dimensions": [dimension]}
        for dimension in (
            "time:day",
            "time:month",
            "visit:source",
            "visit:country",
            "visit:channel",
        )
    ]
    questions += [{}, {"dimensions": ["time:day", "visit:source"]}]
    metrics = ["visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration",
               "total_revenue", "average_revenue"]  # fmt: skip
    of_sessions = [*metrics, "views_per_visit"]
    whole = [{"metrics": of_sessions, **question} for question in questions]
    whole += [{"metrics": metrics, "dimensions": [name]} for name in ("event:page", "event:goal")]
    closed = Site(name="closed.example", small_number=1)
    save_site(shop.store, closed)
    insert_rows(shop.store, [{**row, "site": closed.name} for row in ROWS])
    for day in BOTH:
        close_day(shop.store, closed, date.fromisoformat(day), NOW)
    for question in whole:
        assert shop.rows(site_id=closed.name, **question) == shop.rows(**question), question


FAST = "fast.example"


def _measured(visitor: int, lcp_ms: int | None, cls: float | None, minute: int = 0) -> Any:
    return event_row(
        at(f"{SECOND} 11:0{minute}"), site=FAST, visitor=visitor, session=visitor, page_id=visitor,
        path="/slow" if visitor < 5 else "/quick", name="engagement", lcp_ms=lcp_ms, cls=cls,
    )  # fmt: skip


def test_web_vitals_are_those_that_three_page_loads_of_four_keep_within(shop: Shop) -> None:
    save_site(shop.store, Site(name=FAST, small_number=1))
    # Of 100, 200, 300, 400 the 75th percentile is the fourth, whose load told a smaller one later.
    rows = [_measured(n, 100 * n, 0.01 * n) for n in range(1, 5)]
    rows += [_measured(4, 50, None, minute=1), _measured(5, 80, None)]
    rows += [
        event_row(
            at(f"{SECOND} 10:0{n}"), site=FAST, visitor=n, session=n, starts=True,
            path="/slow" if n < 5 else "/quick", timezone="Asia/Baku" if n > 1 else "",
        )
        for n in range(1, 6)
    ]  # fmt: skip
    insert_rows(shop.store, rows)
    vitals = ["lcp_ms", "inp_ms", "cls"]
    quick = [["is", "event:page", ["/quick"]]]

    found = shop.rows(site_id=FAST, metrics=["visitors", *vitals], dimensions=["event:page"])
    assert found == [(["/slow"], [4, 400, None, 0.04]), (["/quick"], [1, 80, None, None])]
    assert shop.totals("lcp_ms", site_id=FAST, filters=quick) == [80]
    zones = shop.rows(
        site_id=FAST, metrics=["visitors", "pageviews"], dimensions=["visit:timezone"]
    )
    assert zones == [(["Asia/Baku"], [4, 4]), (["(not set)"], [1, 1])]


def test_an_exit_rate_is_of_the_pageviews_of_the_page_that_was_last(shop: Shop) -> None:
    # / is last for visitors 3 and 4, of three pageviews of it; /cart for 1 and 2, of three.
    rows = shop.rows(metrics=["visits", "exit_rate"], dimensions=["visit:exit_page"])

    assert rows == [(["/"], [2, 66.67]), (["/cart"], [2, 66.67])]
    refused = shop.post(metrics=["exit_rate"], dimensions=["visit:source"])
    assert refused.json()["error"].startswith("metrics[0]: exit_rate needs visit:exit_page")


@pytest.mark.parametrize(
    ("word", "patterns", "visitors"),
    [
        ("matches_wildcard", ["/c*t"], 2),
        ("matches_wildcard", ["/c.*"], 0),
        ("matches_wildcard", ["/", "*art"], 4),
        ("matches_wildcard_not", ["/c*"], 3),
    ],
)
def test_a_star_is_any_signs(shop: Shop, word: str, patterns: list[str], visitors: int) -> None:
    assert shop.totals("visitors", filters=[[word, "event:page", patterns]]) == [visitors]


@pytest.mark.parametrize(
    ("name", "first", "visitors"),
    [("2d", "2026-11-19", 1), ("3d", FIRST, 4), ("1mo", "2026-11-01", 4), ("3mo", "2026-09-01", 4)],
)
def test_a_range_is_of_any_number_of_days_or_months(
    shop: Shop, name: str, first: str, visitors: int
) -> None:
    found = shop.query(date_range=name)

    assert found["query"]["date_range"][0] == f"{first}T00:00:00+00:00"
    assert found["results"][0]["metrics"] == [visitors]


@pytest.mark.parametrize("name", ["0d", "07d", "1000d", "100mo", "5", "d", "-1d", "7D"])
def test_a_range_that_is_none_is_refused(shop: Shop, name: str) -> None:
    assert shop.post(date_range=name).status_code == 400


def test_imported_days_are_told_where_there_are_some(shop: Shop) -> None:
    columns = ["id", "site", "kind", "state", "days", "merged_days", "events", "figures"]
    row = [1, SITE, "umami", "done", [date(2026, 11, 1)], [], 5, 0]
    now = [NOW, NOW]
    shop.store.insert("imports", [*columns, "started_at", "changed_at"], [[*row, *now]])

    without = shop.query(include={"imports": True})["meta"]
    having = shop.query(include={"imports": True}, date_range=["2026-11-01", SECOND])["meta"]

    assert without == {"imports_included": False, "imports_skip_reason": "no_imported_data"}
    assert having == {"imports_included": True}
