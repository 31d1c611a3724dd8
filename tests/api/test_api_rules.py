"""Rules: who may ask what, how often, what small numbers hide, and how an error names its field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from dashboard.api.rate import Rate
from schema import Site, save_site
from schema.tokens import get_token
from tests.api.stats_shop import NOW, Shop, a_shop, a_token
from tests.dashboard.build_rows import SITE, at, event_row
from tests.dashboard.serve import an_app, serving

DAY = "2026-11-19"
OTHER = "Other (fewer than 3 visitors)"


def _rows() -> list[dict[str, Any]]:
    """Return visitors 1 to 7: five in Baku, two in Ganja; 1 to 4 by phone; 7 alone reads /rare."""
    return [
        event_row(
            at(f"{DAY} {9 + visitor}:00"),
            visitor=visitor,
            session=visitor,
            starts=True,
            path="/rare" if visitor == 7 else "/",
            region="AZ-BA" if visitor <= 5 else "AZ-GA",
            city="Baku" if visitor <= 5 else "Ganja",
            device="Mobile" if visitor <= 4 else "Desktop",
        )
        for visitor in range(1, 8)
    ]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    site = Site(name=SITE, small_number=3)
    with a_shop(tmp_path_factory.mktemp("api_rules"), site, rows=_rows()) as served:
        yield served


def test_a_city_of_few_visitors_folds_and_takes_the_next_with_it(shop: Shop) -> None:
    found = shop.query(dimensions=["visit:city"])
    # Ganja's 2 alone would be the difference to 7, so Baku goes with it.
    assert found["results"] == [{"dimensions": [OTHER], "metrics": [7]}]
    assert found["meta"] == {"folded_below": 3, "folded_rows": [0]}


def test_a_page_of_few_visitors_shows_as_long_as_nothing_narrows_it(shop: Shop) -> None:
    assert shop.rows(dimensions=["event:page"]) == [(["/"], [6]), (["/rare"], [1])]


def test_each_further_dimension_counts_as_a_condition(shop: Shop) -> None:
    two = shop.query(dimensions=["event:page", "visit:device"])
    assert "folded_below" not in two["meta"]
    three = shop.query(
        dimensions=["event:page", "visit:device", "visit:browser"], metrics=["visits"]
    )
    # / by phone has 4; / by desktop 2 and /rare 1 are together.
    assert three["results"] == [
        {"dimensions": ["/", "Mobile", "Firefox"], "metrics": [4]},
        {"dimensions": [OTHER] * 3, "metrics": [3]},
    ]
    assert three["meta"] == {"folded_below": 3, "folded_rows": [1]}


def test_minutes_and_instants_count_as_conditions_too(shop: Shop) -> None:
    def guarded(**body: Any) -> bool:
        return bool({"folded_below", "hidden_below"} & shop.query(**body)["meta"].keys())

    instants = [f"{DAY}T09:00:00", f"{DAY}T20:00:00"]
    by_phone = [["is", "visit:device", ["Mobile"]]]
    assert not guarded(dimensions=["time:minute"])
    assert guarded(dimensions=["time:minute"], filters=by_phone)
    assert guarded(dimensions=["time:minute", "event:page"])
    assert not guarded(dimensions=["time:hour", "event:page"])
    assert guarded(dimensions=["time:hour", "event:page"], filters=by_phone)
    assert not guarded(date_range=instants)
    assert guarded(date_range=instants, dimensions=["event:page"], filters=by_phone)


def test_a_view_under_two_conditions_hides_when_few_are_in_it_or_left_out(shop: Shop) -> None:
    rare = [["is", "event:page", ["/rare"]], ["is", "visit:device", ["Desktop"]]]
    found = shop.query(filters=rare, include={"total_rows": True})
    assert (found["results"], found["meta"]) == ([], {"hidden_below": 3, "total_rows": 0})
    # All six of / less the four by phone are two, whom the last condition took away.
    rest = [["is", "event:page", ["/"]], ["is", "visit:device", ["Mobile"]]]
    assert shop.query(filters=rest)["meta"] == {"hidden_below": 3}
    joined = [["and", rest]]
    assert shop.query(filters=joined)["meta"] == {"hidden_below": 3}


def test_small_steps_of_time_of_a_guarded_view_are_null(shop: Shop) -> None:
    found = shop.query(
        dimensions=["time:hour"],
        filters=[["is", "visit:device", ["Mobile"]], ["is", "visit:country", ["AZ"]]],
    )
    assert {row["metrics"][0] for row in found["results"]} == {None}
    assert found["meta"]["folded_rows"] == [0, 1, 2, 3]


def test_a_comparison_does_not_show_what_folds(shop: Shop) -> None:
    found = shop.query(
        dimensions=["visit:city"],
        date_range=["2026-11-20", "2026-11-20"],
        include={"comparisons": {"mode": "previous_period"}},
    )
    assert found["results"] == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"site_id": ""}, "site_id: missing; expected the name of a site"),
        ({"metrics": []}, "metrics: 0 values; expected 1 to 20"),
        ({"metrics": ["visitors", "hits"]}, "metrics[1]: 'hits': expected one of visitors, visits"),
        ({"metrics": ["visitors", "visitors"]}, "metrics: expected each once"),
        ({"metrics": ["percentage"]}, "metrics[0]: percentage needs a dimension"),
        ({"metrics": ["time_on_page"]}, "metrics[0]: time_on_page needs event:page"),
        ({"metrics": ["conversion_rate"]}, "metrics[0]: conversion_rate needs event:goal"),
        ({"date_range": "5w"}, "date_range: '5w': expected one of day, 24h, 7d"),
        ({"date_range": ["2026-11-02", "2026-11-01"]}, "date_range: expected the first not after"),
        ({"date_range": ["1970-01-01", "2026-11-01"]}, "date_range: expected 1990-01-01 or a"),
        ({"date_range": ["x", "2026-11-01"]}, "date_range[0]: 'x': expected a date"),
        ({"date_range": ["2026-11-01T1", "2026-11-01T2"]}, "date_range[0]: '2026-11-01T1'"),
        ({"dimensions": ["event:colour"]}, "dimensions[0]: 'event:colour': expected one of"),
        ({"dimensions": ["event:props:"]}, "dimensions[0]: expected event:props: and a key"),
        ({"dimensions": ["time", "time:day"]}, "dimensions: expected"),
        ({"filters": [["is", "event:page"]]}, "filters[0]: 2 values; expected 3 to 4"),
        ({"filters": [["and", [["like", "event:page", ["/"]]]]]}, "filters[0][1][0][0]: 'like'"),
        ({"filters": [["is", "time:day", ["x"]]]}, "filters[0][1]: time is chosen by date_range"),
        ({"filters": [["is", "event:page", [True]]]}, "filters[0][2][0]: true or false; expected"),
        ({"filters": [["matches", "event:page", ["("]]]}, "filters: '(': expected a regular"),
        ({"filters": [["has_done", ["is", "visit:source", ["a"]]]]}, "filters[0][1]: expected"),
        ({"order_by": [["pageviews", "asc"]]}, "order_by[0][0]: 'pageviews': expected"),
        ({"include": {"time_labels": True}}, "include.time_labels: needs a dimension of time"),
        ({"include": {"comparisons": {"mode": "custom"}}}, "include.comparisons.date_range:"),
        ({"pagination": {"limit": 0}}, "pagination.limit: expected a whole number from 1 to 10000"),
        ({"colour": 1}, "colour: unknown; expected one of site_id, metrics"),
    ],
)  # fmt: skip
def test_an_error_names_the_field_and_what_was_expected(
    shop: Shop, changes: dict[str, Any], error: str
) -> None:
    answer = shop.post(**changes)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(error), answer.text


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"site_id": "\xff"}', b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(shop: Shop, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {shop.token}"}
    answer = shop.client.post("/api/v2/query", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("body: expected")


def test_only_a_stats_token_of_the_site_is_answered(shop: Shop) -> None:
    save_site(shop.store, Site(name="other.example"))
    elsewhere = a_token(shop.store, "elsewhere", sites=("other.example",))
    assert shop.post(elsewhere).status_code == 404
    assert shop.post(elsewhere, site_id="other.example").status_code == 200
    assert shop.post(elsewhere, site_id="none.example").text == shop.post(elsewhere).text
    for secret in ("wrong", a_token(shop.store, "sql", "sql"), a_token(shop.store, "e", "events")):
        answer = shop.post(secret)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    assert shop.client.post("/api/v2/query", json={}).status_code == 401


def test_each_use_is_in_the_audit_log_without_what_filters_say(shop: Shop) -> None:
    secret = a_token(shop.store, "audited")
    shop.post(secret, filters=[["is", "event:page", ["/rare"]]], dimensions=["visit:source"])
    shop.get("aggregate", secret, period="7d")
    actor = str(get_token(shop.store, "audited").id)
    noted = shop.store.rows(
        "SELECT action, site, rows, detail FROM audit_rows WHERE actor = {actor:String} "
        "ORDER BY at",
        {"actor": actor},
    )
    assert noted == [
        ("view", SITE, 1, "api: visitors by visit:source, 1 filters"),
        ("view", SITE, 1, "api: visitors by nothing, 0 filters"),
    ]


def test_a_token_has_so_many_requests_an_hour(shop: Shop) -> None:
    context = shop.app.state.context
    now = [NOW.timestamp()]
    shop.app.state.context = replace(context, rate=Rate(3, lambda: now[0]))
    other = a_token(shop.store, "another")
    try:
        answers = [shop.post(), shop.get("aggregate"), shop.post(metrics=["x"])]
        over = shop.post()
        assert [answer.status_code for answer in answers] == [200, 200, 400]
        assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["2", "1", "0"]
        assert over.status_code == 429
        assert over.headers["retry-after"] == "3600"
        assert over.headers["x-ratelimit-limit"] == "3"
        assert over.headers["x-ratelimit-reset"] == str(int(now[0]) + 3600)
        assert "3 times within an hour" in over.json()["error"]
        assert shop.post(other).status_code == 200
        now[0] += 3600
        assert shop.post().status_code == 200
    finally:
        shop.app.state.context = context


def test_how_many_requests_a_token_has_is_a_setting(shop: Shop, tmp_path: Path) -> None:
    app = an_app(shop.store, tmp_path, lambda: NOW, api_requests_per_hour=2)
    with serving(app) as url:
        answers = [
            httpx.get(
                f"{url}/api/v1/stats/aggregate",
                params={"site_id": SITE},
                headers={"Authorization": f"Bearer {shop.token}"},
                timeout=30,
            )
            for _ in range(3)
        ]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert {answer.headers["x-ratelimit-limit"] for answer in answers} == {"2"}
