"""Client: what a program gets from `footfall.client` is what the API answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from dashboard.api.date_range import KEYS
from dashboard.api.names import METRICS
from dashboard.api.rate import Rate
from footfall.client import Client, ClientError, Metric, RangeName
from tests.api.stats_shop import FIRST, NOW, SECOND, Shop, a_shop
from tests.dashboard.build_rows import SITE

DAYS = (date.fromisoformat(FIRST), date.fromisoformat(SECOND))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with a_shop(tmp_path_factory.mktemp("api_client")) as served:
        yield served


@pytest.fixture
def client(shop: Shop) -> Client:
    return Client(str(shop.client.base_url), shop.token)


def test_rows_have_dimensions_and_metrics_by_name(client: Client) -> None:
    found = client.query(
        SITE, ["visitors", "total_revenue"], DAYS, dimensions=["visit:source"],
        order_by=[("visit:source", "asc")],
    )  # fmt: skip
    assert [(row["visit:source"], row["visitors"], row["total_revenue"]) for row in found] == [
        ("Direct / None", 2, 50.0),
        ("Google", 2, 30.0),
    ]
    assert found.records()[0] == {
        "visit:source": "Direct / None",
        "visitors": 2,
        "total_revenue": 50.0,
        "total_revenue_currency": "AZN",
    }
    assert len(found) == 2


def test_a_table_and_a_frame_have_a_column_for_each(client: Client) -> None:
    found = client.query(
        SITE, ["visitors", "bounce_rate", "total_revenue"], DAYS, dimensions=["visit:country"]
    )
    table = found.arrow()
    assert table.to_pydict() == {
        "visit:country": ["AZ", "TR"],
        "visitors": [3, 1],
        "bounce_rate": [33.33, 100.0],
        "total_revenue": [80.0, None],
        "total_revenue_currency": ["AZN", None],
    }
    assert str(table.schema.field("visitors").type) == "int64"
    frame = found.dataframe()
    assert list(frame["visitors"]) == [3, 1]


def test_pages_of_rows_and_conditions_are_passed_on(client: Client) -> None:
    bought = [["is", "event:goal", ["Purchase"]]]
    found = client.query(
        SITE, ["events"], (FIRST, SECOND), dimensions=["time"], filters=bought, limit=1, offset=1,
        include={"total_rows": True},
    )  # fmt: skip
    assert found.dimensions == ["time:hour"]
    assert [(row["time:hour"], row["events"]) for row in found] == [(f"{SECOND} 09:00:00", 1)]
    assert found.meta["total_rows"] == 2
    assert client.visitors_now(SITE) == 0


def test_a_refusal_says_why_and_when_to_ask_again(shop: Shop, client: Client) -> None:
    with pytest.raises(ClientError, match="metrics: 0 values") as bad:
        client.query(SITE, [])
    assert bad.value.status == 400
    with pytest.raises(ClientError, match="no such site") as unknown:
        client.query("none.example", ["visitors"])
    assert unknown.value.status == 404
    with pytest.raises(ClientError) as stranger:
        Client(str(shop.client.base_url), "wrong").visitors_now(SITE)
    assert stranger.value.status == 401
    context = shop.app.state.context
    shop.app.state.context = replace(context, rate=Rate(0, NOW.timestamp))
    try:
        with pytest.raises(ClientError) as often:
            client.visitors_now(SITE)
    finally:
        shop.app.state.context = context
    assert (often.value.status, often.value.retry_after_s) == (429, 3600)


def test_no_server_and_no_address_are_told() -> None:
    with pytest.raises(ClientError, match="gave no figures") as nobody:
        Client("http://127.0.0.1:9", "token").visitors_now(SITE)
    assert nobody.value.status == 0
    with pytest.raises(ValueError, match="expected http"):
        Client("stats.example", "token")


def test_the_clients_names_are_the_apis() -> None:
    assert get_args(Metric) == METRICS
    assert get_args(RangeName) == KEYS
