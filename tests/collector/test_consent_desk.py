"""Promise: each grant, refusal and withdrawal is a receipt, which the browser alone can have."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from collector.facts.ids import consent_hash
from collector.journal.frames import decode_frames
from collector.journal.journal import segment_path, segment_sequences
from collector.writer.writer import Writer
from footfall.commands.consent import receipts
from footfall.commands.context import Context
from footfall.config import Config
from footfall.paths import DataPaths
from privacy.receipts import verify
from privacy.records import ConsentReceipt, Erasure
from privacy.signing import open_signing_key
from schema import Store
from tests.build import SITE, a_site
from tests.collector.test_collector_app import Listener, listening, published

PATH = f"/api/privacy/{SITE}/consent"
ID = "1234567890-1234567890-1234567890-1"
GRANT = {
    "state": "granted",
    "consent_id": ID,
    "how": "call",
    "text": "May we count?",
    "version": "2026-11",
    "scope": "statistics",
}


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Listener]:
    published(
        tmp_path,
        a_site(consent="strict"),
        a_site("plain.example"),
        a_site("b.example", consent="consent"),
    )
    with listening(tmp_path) as found:
        yield found


def told(collector: Listener, body: Mapping[str, Any], **headers: str) -> httpx.Response:
    # As fetch sends a string: no preflight.
    kind = {"content-type": "text/plain;charset=UTF-8"}
    return collector.client.post(PATH, content=json.dumps(body), headers=kind | headers)


def journaled(collector: Listener) -> list[object]:
    directory = collector.data / "journal" / "c0"
    return [
        frame.record
        for sequence in segment_sequences(directory)
        for frame in decode_frames(segment_path(directory, sequence).read_bytes(), 0, 100)[0]
    ]


def test_a_grant_is_in_the_journal_and_its_signed_receipt_in_the_answer(
    collector: Listener,
) -> None:
    answer = told(collector, GRANT)
    assert answer.status_code == 201
    (record,) = journaled(collector)
    assert isinstance(record, ConsentReceipt)
    assert record.consent_id == consent_hash(ID)
    receipt = verify(answer.text, open_signing_key(collector.data).public_key)
    assert receipt == {
        "kind": "consent",
        "id": record.id,
        "site": SITE,
        "state": "granted",
        "received_at": record.received_at.isoformat().replace("+00:00", "Z"),
        "text_hash": hashlib.sha256(b"May we count?").hexdigest(),
        "version": "2026-11",
        "scope": "statistics",
        "how": "call",
    }


def test_a_refusal_has_no_id(collector: Listener) -> None:
    assert told(collector, GRANT | {"state": "denied"}).status_code == 201
    (record,) = journaled(collector)
    assert isinstance(record, ConsentReceipt)
    assert (record.state, record.consent_id) == ("denied", 0)


def test_a_withdrawal_takes_its_history_along_when_asked(collector: Listener) -> None:
    told(collector, GRANT | {"state": "withdrawn"})
    told(collector, GRANT | {"state": "withdrawn", "erase": True})
    kept, withdrawn, erasure = journaled(collector)
    assert isinstance(kept, ConsentReceipt)
    assert isinstance(withdrawn, ConsentReceipt)
    assert isinstance(erasure, Erasure)
    assert (erasure.scope.site, erasure.scope.consent_ids) == (SITE, (consent_hash(ID),))
    assert erasure.scope.kinds == ["consent"]
    assert erasure.scope.until == withdrawn.received_at


def test_a_grant_erases_nothing(collector: Listener) -> None:
    told(collector, GRANT | {"erase": True})
    assert len(journaled(collector)) == 1


def test_a_repeat_has_the_receipt_number_of_the_first(collector: Listener) -> None:
    first, again, other = (
        told(collector, GRANT | {"id": sent}).json()["receipt"]["id"]
        for sent in ("a" * 22, "a" * 22, "b" * 22)
    )
    assert first == again != other


def test_what_may_name_a_person_is_cut_out_of_the_words(collector: Listener) -> None:
    told(collector, GRANT | {"version": "for leyla@shop.example", "scope": "all"})
    (record,) = journaled(collector)
    assert isinstance(record, ConsentReceipt)
    assert "leyla" not in record.version


@pytest.mark.parametrize(
    "change",
    [
        {"state": "maybe"}, {"state": None}, {"how": "guess"}, {"consent_id": "x" * 21},
        {"consent_id": "x" * 257}, {"text_hash": "short"}, {"version": "x" * 101},
    ],
)  # fmt: skip
def test_what_is_no_decision_is_refused(collector: Listener, change: dict[str, Any]) -> None:
    assert told(collector, GRANT | change).status_code == 400
    assert journaled(collector) == []


def test_a_site_that_asks_for_no_consent_has_no_receipts(collector: Listener) -> None:
    answer = collector.client.post(PATH.replace(SITE, "plain.example"), json=GRANT)
    assert answer.status_code == 400
    assert "--consent consent" in answer.json()["error"]


def test_an_unknown_site_is_not_there(collector: Listener) -> None:
    assert collector.client.post(PATH.replace(SITE, "x.example"), json=GRANT).status_code == 404


@pytest.mark.parametrize("origin", [f"https://{SITE}", f"https://www.{SITE}:8443"])
def test_pages_of_the_site_may_read_the_answer(collector: Listener, origin: str) -> None:
    answer = told(collector, GRANT, origin=origin)
    assert answer.status_code == 201
    assert answer.headers["access-control-allow-origin"] == origin
    assert "Origin" in answer.headers["vary"]
    asked = {
        "access-control-request-method": "GET",
        "access-control-request-headers": "footfall-claim",
    }
    preflight = collector.client.options(PATH, headers=asked | {"origin": origin})
    assert preflight.status_code == 204
    assert "Footfall-Claim" in preflight.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", f"https://{SITE}.evil.example", "file://"]
)
def test_pages_of_another_website_decide_nothing(collector: Listener, origin: str) -> None:
    answer = told(collector, GRANT, origin=origin)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers
    assert journaled(collector) == []
    claim = {"footfall-claim": f"consent={ID}", "origin": origin}
    assert collector.client.get(PATH, headers=claim).status_code == 403


def test_reading_needs_the_id_and_the_store(collector: Listener) -> None:
    assert collector.client.get(PATH).status_code == 401
    assert collector.client.get(PATH, headers={"footfall-claim": "page=x"}).status_code == 401
    answer = collector.client.get(PATH, headers={"footfall-claim": f"consent={ID}"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"


def test_one_address_cannot_ask_without_end(collector: Listener) -> None:
    with httpx.Client(base_url=collector.url) as client:
        answers = [client.get(PATH).status_code for _ in range(1_300)]
    assert set(answers) == {401, 429}


def test_a_browser_gets_its_own_receipts_and_no_others(
    tmp_path: Path, embedded_store: Store
) -> None:
    published(tmp_path, a_site(consent="consent"))
    context = Context(embedded_store, DataPaths(tmp_path), Config(data=tmp_path))

    def ask(command: str, arguments: Mapping[str, Any]) -> Any:
        assert command == "consent_receipts"
        return receipts(context, **arguments)

    with listening(tmp_path, ask_store=ask) as collector:
        given = [told(collector, GRANT | {"state": s}).json() for s in ("granted", "withdrawn")]
        told(collector, GRANT | {"consent_id": "x" * 22})
        told(collector, GRANT | {"state": "denied"})
        writer = Writer(embedded_store, tmp_path / "journal", tmp_path / "checkpoint")
        while writer.step():
            pass
        answer = collector.client.get(PATH, headers={"footfall-claim": f"consent={ID}"})
        of_a_stranger = collector.client.get(
            PATH, headers={"footfall-claim": "consent=" + "g" * 22}
        )
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {"receipts": given}
    key = open_signing_key(tmp_path).public_key
    assert [verify(json.dumps(each), key)["state"] for each in answer.json()["receipts"]] == [
        "granted",
        "withdrawn",
    ]
    assert of_a_stranger.json() == {"receipts": []}


def test_a_withdrawal_that_erases_leaves_no_event_of_the_id(
    tmp_path: Path, embedded_store: Store
) -> None:
    published(tmp_path, a_site(consent="consent"))
    with listening(tmp_path) as collector:
        body = {"n": "pageview", "u": f"https://{SITE}/tea", "d": SITE}
        for consent_id in (ID, "another", None):
            assert collector.post(body | {"c": consent_id}).status_code == 202
        told(collector, GRANT)
        told(collector, GRANT | {"state": "withdrawn", "erase": True})
        writer = Writer(embedded_store, tmp_path / "journal", tmp_path / "checkpoint")
        while writer.step():
            pass
    left = embedded_store.rows("SELECT consent_id FROM event_rows ORDER BY consent_id")
    assert left == [(0,), (consent_hash("another"),)]
    # That it was asked for, and taken back, can still be shown.
    states = embedded_store.rows("SELECT state FROM consent_receipts FINAL ORDER BY received_at")
    assert states == [("granted",), ("withdrawn",)]
