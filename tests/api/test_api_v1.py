"""Version 1: older clients get the shapes they know, with the figures of the shop's rows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.stats_shop import FIRST, SECOND, Shop, a_shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with a_shop(tmp_path_factory.mktemp("api_v1")) as served:
        yield served


def test_an_aggregate_has_a_value_for_each_metric(shop: Shop) -> None:
    found = shop.get("aggregate", period="7d", metrics="visitors,pageviews,bounce_rate").json()
    assert found == {
        "results": {
            "visitors": {"value": 4},
            "pageviews": {"value": 6},
            "bounce_rate": {"value": 50.0},
        }
    }
    assert shop.get("aggregate").json()["results"] == {"visitors": {"value": 4}}


def test_an_aggregate_is_compared_with_the_days_before(shop: Shop) -> None:
    found = shop.get(
        "aggregate", period="day", date=SECOND, metrics="visitors,visits", compare="previous_period"
    ).json()
    # 1 after 3.
    assert found["results"]["visitors"] == {"value": 1, "change": -67}


def test_a_timeseries_has_every_day_and_zeros_where_nobody_came(shop: Shop) -> None:
    found = shop.get("timeseries", period="custom", date=f"2026-11-17,{SECOND}").json()
    assert found == {
        "results": [
            {"date": "2026-11-17", "visitors": 0},
            {"date": FIRST, "visitors": 3},
            {"date": SECOND, "visitors": 1},
        ]
    }


def test_a_timeseries_of_months_goes_back_from_the_date(shop: Shop) -> None:
    found = shop.get("timeseries", period="6mo", date="2026-12-02", metrics="visits").json()
    assert [row["date"] for row in found["results"]] == [
        "2026-07-01", "2026-08-01", "2026-09-01", "2026-10-01", "2026-11-01",
    ]  # fmt: skip
    assert found["results"][-1]["visits"] == 4


def test_the_rate_of_a_goal_by_day_is_of_the_days_visitors(shop: Shop) -> None:
    found = shop.get(
        "timeseries",
        period="custom",
        date=f"{FIRST},{SECOND}",
        interval="day",
        metrics="conversion_rate",
        filters="event:goal==Purchase",
    ).json()
    assert [row["conversion_rate"] for row in found["results"]] == [33.33, 100.0]


def test_a_breakdown_has_a_row_for_each_value_and_pages_of_them(shop: Shop) -> None:
    found = shop.get(
        "breakdown", property="visit:country", period="7d", metrics="visitors,bounce_rate"
    ).json()
    assert found == {
        "results": [
            {"country": "AZ", "visitors": 3, "bounce_rate": 33.33},
            {"country": "TR", "visitors": 1, "bounce_rate": 100.0},
        ]
    }
    second = shop.get("breakdown", property="visit:country", period="7d", limit="1", page="2")
    assert second.json() == {"results": [{"country": "TR", "visitors": 1}]}


def test_a_breakdown_by_a_property_goes_by_its_key(shop: Shop) -> None:
    found = shop.get(
        "breakdown", property="event:props:plan", filters="event:goal==Purchase"
    ).json()
    assert found["results"] == [{"plan": "gold", "visitors": 1}, {"plan": "silver", "visitors": 1}]


@pytest.mark.parametrize(
    ("filters", "visitors"),
    [
        ("event:page==/cart", 2),
        ("event:page!=/cart", 3),
        ("event:page==/c*t", 2),
        ("visit:country==AZ|TR", 4),
        ("visit:country==AZ;visit:source==Google", 2),
        ("visit:source==a\\|b", 0),
        ("event:goal==Purchase;event:props:plan==gold", 1),
    ],
)
def test_filters_of_version_1_choose_what_they_say(shop: Shop, filters: str, visitors: int) -> None:
    found = shop.get("aggregate", filters=filters).json()
    assert found["results"] == {"visitors": {"value": visitors}}


@pytest.mark.parametrize(
    ("name", "parameters", "error"),
    [
        ("aggregate", {"period": "5d"}, "period: '5d': expected one of day"),
        ("aggregate", {"period": "custom"}, "date: expected two dates"),
        ("aggregate", {"date": "x"}, "date: expected a date"),
        ("aggregate", {"metrics": "visitors,hits"}, "metrics: 'hits': expected some of"),
        ("aggregate", {"filters": "page=/"}, "filters: 'page=/': expected a condition"),
        ("aggregate", {"compare": "x"}, "compare: 'x': expected previous_period"),
        ("timeseries", {"interval": "year"}, "interval: 'year': expected one of"),
        ("breakdown", {}, "property: expected a dimension"),
        ("breakdown", {"property": "visit:x"}, "property: 'visit:x': expected one of"),
        ("breakdown", {"property": "visit:source", "limit": "0"}, "limit: '0': expected"),
    ],
)
def test_an_older_request_that_cannot_be_read_is_told_why(
    shop: Shop, name: str, parameters: dict[str, str], error: str
) -> None:
    answer = shop.get(name, **parameters)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(error), answer.text
