"""Promise: the public listener is as its description says, whatever programs make of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest
import schemathesis
from schemathesis.specs.openapi.checks import unsupported_method

from collector.decode import Payload
from collector.listener.openapi import OPENAPI
from tests.build import CHROME, SITE, a_site
from tests.collector.served import Served, served
from tests.described import CHECKS, examples

DOCUMENT: dict[str, Any] = msgspec.json.decode(OPENAPI)
# Those about a visitor need a store behind them: tests/privacy/test_privacy_openapi.py.
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT).exclude(path_regex="privacy")


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("described"), a_site()) as found:
        yield found


@SCHEMA.parametrize()
@examples(40)
def test_each_answer_is_one_that_the_document_describes(
    case: schemathesis.Case[Any], collector: Served
) -> None:
    if isinstance(case.body, dict) and "domain" in case.body:
        case.body["domain"] = SITE  # else nearly all would stop at an unknown site
    case.call_and_validate(base_url=collector.url, checks=[*CHECKS, unsupported_method])


def test_the_document_is_served_and_tells_of_every_path(collector: Served) -> None:
    answer = httpx.get(f"{collector.url}/api/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == DOCUMENT
    assert sorted(DOCUMENT["paths"]) == [
        "/api/event",
        "/api/openapi.json",
        "/api/privacy/key",
        "/api/privacy/{site}/consent",
        "/api/privacy/{site}/consent/covered",
        "/api/privacy/{site}/me",
        "/api/privacy/{site}/me/objection",
        "/api/privacy/{site}/me/restriction",
        "/api/privacy/{site}/receipts/{id}",
        "/api/privacy/{site}/requests",
        "/beacon.js",
        "/beacon.{features}.js",
        "/health",
        "/pixel.gif",
        "/privacy/{site}",
        "/privacy/{site}/notice",
    ]


def test_each_field_of_a_beacon_is_described() -> None:
    described = DOCUMENT["components"]["schemas"]["Beacon"]["properties"]
    names = {found.encode_name for found in msgspec.structs.fields(Payload)}
    assert set(described) == names
    assert all(field["description"] for field in described.values())


def test_a_beacon_of_the_document_is_counted(collector: Served) -> None:
    body = {"name": "pageview", "url": f"https://{SITE}/", "domain": SITE}
    answer = httpx.post(
        f"{collector.url}/api/event",
        json=body,
        headers={"user-agent": CHROME, "accept-language": "az"},
    )
    assert (answer.status_code, answer.text) == (202, "ok")
    assert "x-footfall-dropped" not in answer.headers
