"""Promise: the privacy routes are as their description says, whatever programs make of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx
import msgspec
import pytest
import schemathesis
from jsonschema import Draft202012Validator

from collector.listener.openapi import OPENAPI
from tests.described import CHECKS, examples
from tests.faults.load import wait_until_counted
from tests.installation import Installation, installation
from tests.privacy.visitor import ME, SITE, Visitor, wait_until_stored

DOCUMENT: dict[str, Any] = msgspec.json.decode(OPENAPI)
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT).include(path_regex="privacy")
CONSENT_ID = "aB3dE5fG7hJ9kL1mN2pQ4r"  # not that of an example
# Each call comes from an address of its own: one may ask 20 times a minute (RFC 2544, RFC 5180).
ADDRESSES = count()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("described") / "data") as found:
        found.command("site", "add", SITE)
        found.command("site", "set", SITE, "--consent", "consent")
        wait_until_counted(found)
        yield found


@SCHEMA.parametrize()
@examples(10)
def test_each_answer_is_one_that_the_document_describes(
    case: schemathesis.Case[Any], running: Installation
) -> None:
    number = next(ADDRESSES)
    if number % 4 and "site" in case.path_parameters:
        case.path_parameters["site"] = SITE  # else all would stop at an unknown site
    headers = {"x-forwarded-for": f"198.18.{number // 250}.{number % 250}"}
    case.call_and_validate(base_url=running.public, headers=headers, checks=CHECKS)


def test_what_is_done_is_described_too(running: Installation) -> None:
    """Each call that succeeds, as nothing made up gets as far."""
    with Visitor(running.public, "198.51.101.90") as visitor:
        visitor.view("/a", page=901)
        visitor.view("/b", page=902)
        wait_until_stored(running.data)
        decision = {"state": "granted", "consent_id": CONSENT_ID, "version": "1"}
        consent = f"/api/privacy/{SITE}/consent"
        told = [
            ("get", "me", visitor.ask(page=901)),
            ("patch", "me", visitor.ask("PATCH", page=901, json={"country": "TR"})),
            ("put", "me/restriction", visitor.ask("PUT", f"{ME}/restriction")),
            ("delete", "me/restriction", visitor.ask("DELETE", f"{ME}/restriction")),
            ("put", "me/objection", visitor.ask("PUT", f"{ME}/objection")),
            ("delete", "me/objection", visitor.ask("DELETE", f"{ME}/objection")),
            ("post", "consent", visitor.ask("POST", consent, json=decision)),
            (
                "post",
                "requests",
                visitor.ask("POST", f"/api/privacy/{SITE}/requests", json={"kind": "access"}),
            ),
        ]
        erased = visitor.ask("DELETE")
        receipt = f"/api/privacy/{SITE}/receipts/{erased.json()['receipt']['id']}"
        wait_until_stored(running.data)
        told += [
            ("delete", "me", erased),
            ("get", "receipts/{id}", visitor.ask(path=receipt)),
            (
                "get",
                "consent",
                visitor.ask(path=consent, headers={"footfall-claim": f"consent={CONSENT_ID}"}),
            ),
        ]
    assert len(told[0][2].json()["events"]) == 1
    assert len(told[-1][2].json()["receipts"]) == 1
    for method, path, answer in told:
        assert answer.status_code in (200, 201), (method, path, answer.text)
        check(answer, DOCUMENT["paths"][f"/api/privacy/{{site}}/{path}"][method])


def test_each_example_is_one_of_its_schema() -> None:
    examples = list(_examples(DOCUMENT["paths"]))

    assert len(examples) > 10
    for example, schema in examples:
        _validator(schema).validate(example)


def check(answer: httpx.Response, operation: dict[str, Any]) -> None:
    described = operation["responses"][str(answer.status_code)]
    _validator(described["content"]["application/json"]["schema"]).validate(answer.json())


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def _examples(node: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield each example of a media type with its schema."""
    if isinstance(node, dict):
        if "example" in node:
            yield node["example"], node["schema"]
        for below in node.values():
            yield from _examples(below)
    elif isinstance(node, list):
        for below in node:
            yield from _examples(below)
