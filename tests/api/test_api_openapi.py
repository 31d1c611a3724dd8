"""Description: every answer of the internal listener's API is one that its document tells of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest
import schemathesis
from schemathesis.specs.openapi.checks import negative_data_rejection, unsupported_method

from dashboard.api.names import METRICS, TIME_NAMES
from dashboard.api.openapi import openapi_document
from dashboard.api.rate import Rate
from tests.api.stats_shop import Shop, a_shop
from tests.dashboard.build_rows import SITE
from tests.described import CHECKS, examples

DOCUMENT: dict[str, Any] = msgspec.json.decode(openapi_document())
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
# The phase "coverage" writes all its cases while tests are collected, which takes a minute.
SCHEMA.config.phases.update(phases=["examples", "fuzzing"])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with a_shop(tmp_path_factory.mktemp("api_described")) as served:
        state = served.app.state
        state.context = replace(state.context, rate=Rate(1_000_000))
        yield served


@SCHEMA.parametrize()
@examples(40)
def test_each_answer_is_one_that_the_document_describes(
    case: schemathesis.Case[Any], shop: Shop
) -> None:
    # Else nearly all would stop at an unknown site or token.
    for values in (case.body, case.query):
        if isinstance(values, dict) and values.get("site_id"):
            values["site_id"] = SITE
    is_query = case.operation.path == "/api/v2/query"
    case.call_and_validate(
        base_url=str(shop.client.base_url),
        headers={"Authorization": f"Bearer {shop.token}"},
        checks=[*CHECKS, unsupported_method, *([negative_data_rejection] if is_query else [])],
    )


def test_the_document_tells_of_every_path_metric_and_dimension(shop: Shop) -> None:
    answer = shop.client.get("/api/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == DOCUMENT
    served = {getattr(route, "path", "") for route in shop.app.routes}
    assert set(DOCUMENT["paths"]) == {path for path in served if path.startswith("/api/")}
    query = DOCUMENT["components"]["schemas"]["Query"]["properties"]
    assert query["metrics"]["items"]["enum"] == list(METRICS)
    assert set(TIME_NAMES) < set(query["dimensions"]["items"]["anyOf"][0]["enum"])
