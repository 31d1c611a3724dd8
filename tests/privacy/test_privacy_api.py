"""A visitor reads and changes what the browser proves, and nobody else does."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.load import wait_until_counted
from tests.installation import Installation, footfall, installation, wait_until
from tests.privacy.visitor import ME, SITE, Visitor, wait_until_stored


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("rights") / "data") as found:
        found.command("site", "add", SITE)
        wait_until_counted(found)
        yield found


def test_two_visitors_behind_one_address_see_each_their_own_pages(running: Installation) -> None:
    """Same address, same browser: one pseudonym for both."""
    with (
        Visitor(running.public, "198.51.101.1") as one,
        Visitor(running.public, "198.51.101.1") as other,
    ):
        one.view("/mine", page=101)
        other.view("/theirs", page=102)
        other.view("/theirs/too", page=103)
        wait_until_stored(running.data)
        seen = one.ask(page=101).json()
        assert [event["path"] for event in seen["events"]] == ["/mine"]
        assert seen["summary"]["today"] == {"events": 3, "pageviews": 3, "sessions": 1}
        assert "/theirs" not in json.dumps(seen)
        alone = one.ask().json()
        assert set(alone) == {"summary"}, "a pseudonym alone shows numbers"
        # A claim opens what was proved when it was given, and grows with what is proved.
        both = other.ask(page=102, headers={}).json()["claim"]
        again = other.client.get(
            ME, headers={"footfall-claim": f"claim={both}, page={103:032x}"}
        ).json()
        assert [event["path"] for event in again["events"]] == ["/theirs", "/theirs/too"]
        assert [e["path"] for e in one.ask(claim=both).json()["events"]] == ["/theirs"]


def test_a_page_id_that_is_nobodys_proves_nothing(running: Installation) -> None:
    with Visitor(running.public, "198.51.101.2") as visitor:
        answer = visitor.ask(page=999_999)
        assert answer.json()["events"] == []
        for proof in ("page=1", "page=", "order=17", "claim=abc"):
            refused = visitor.client.get(ME, headers={"footfall-claim": proof})
            assert refused.status_code == 403, proof


def test_events_have_the_columns_that_analysts_see(running: Installation) -> None:
    with Visitor(running.public, "198.51.101.3") as visitor:
        visitor.view("/p", page=301, p={"size": "=1+1"}, r="https://mail.example/x?q=1")
        wait_until_stored(running.data)
        (event,) = visitor.ask(page=301).json()["events"]
        assert event["referrer"] == "https://mail.example/x"
        assert {"session", "country", "region", "city", "device", "props"} <= set(event)
        assert not {"sample", "received_at", "consent_id", "starts"} & set(event)
        text = visitor.ask(path=f"{ME}?format=csv", page=301).text
        (row,) = csv.DictReader(io.StringIO(text))
        assert (row["path"], row["device"]) == ("/p", "Desktop")
        assert row["props"] == "size==1+1"
        by_header = visitor.ask(page=301, headers={"accept": "text/csv"})
        assert by_header.text == text


def test_a_deletion_is_done_with_a_receipt_that_verifies(
    running: Installation, tmp_path: Path
) -> None:
    with Visitor(running.public, "198.51.101.4") as visitor:
        for number in range(3):
            visitor.view(f"/{number}", page=401 + number)
        # At once: what the journal still holds is meant, too.
        answer = visitor.ask("DELETE")
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert body["removed"] == {"events": 3, "sessions": 1}
        assert body["receipt"]["looked_for"] == ["visitor"]
        assert visitor.ask(page=401).json()["events"] == []
        shown = visitor.client.get(f"/api/privacy/{SITE}/receipts/{body['receipt']['id']}").json()
        assert shown == {"receipt": body["receipt"], "signature": body["signature"]}
    file = tmp_path / "receipt.json"
    file.write_text(answer.text)
    key = visitor_key(running)
    for options in (("--data", str(running.data)), ("--key", key)):
        assert footfall("privacy", "verify", str(file), *options).returncode == 0
    file.write_text(answer.text.replace('"events":3', '"events":4'))
    refused = footfall("privacy", "verify", str(file), "--key", key)
    assert (refused.returncode, "signature" in refused.stderr) == (1, True)


def visitor_key(running: Installation) -> str:
    with Visitor(running.public, "198.51.101.5") as visitor:
        found = visitor.client.get("/api/privacy/key").json()
    assert found["algorithm"] == "Ed25519"
    key: str = found["key"]
    return key


def test_a_correction_wants_proof(running: Installation) -> None:
    with Visitor(running.public, "198.51.101.6") as visitor:
        visitor.view("/a", page=601)
        visitor.view("/b", page=602)
        wait_until_stored(running.data)
        change = {"country": "TR", "city": "Izmir"}
        assert visitor.ask("PATCH", json=change).status_code == 403
        assert visitor.ask("PATCH", page=601, json={"city": "x"}).status_code == 400
        answer = visitor.ask("PATCH", page=601, json=change)
        assert answer.json()["changed"] == {"events": 1, "sessions": 0}
        (event,) = visitor.ask(page=601).json()["events"]
        assert (event["country"], event["region"], event["city"]) == ("TR", "", "Izmir")
        assert visitor.ask(page=602).json()["events"][0]["city"] != "Izmir"
        assert visitor.ask("PATCH", page=602, json={"not_me": True}).status_code == 200
        assert visitor.ask(page=602).json()["events"] == []
        assert visitor.ask().json()["summary"]["today"]["pageviews"] == 1


def test_a_restriction_hides_and_gives_back(running: Installation) -> None:
    with Visitor(running.public, "198.51.101.7") as visitor:
        visitor.view("/a", page=701)
        wait_until_stored(running.data)
        put = visitor.ask("PUT", f"{ME}/restriction").json()
        assert put["restricted"] == {"events": 1, "sessions": 1}
        summary = visitor.ask(page=701).json()["summary"]
        assert (summary["today"]["pageviews"], summary["restricted"]) == (0, 1)
        visitor.ask("DELETE", f"{ME}/restriction")
        assert visitor.ask(page=701).json()["events"][0]["path"] == "/a"


def test_an_objection_holds_for_the_day_and_can_be_taken_back(running: Installation) -> None:
    with Visitor(running.public, "198.51.101.8") as visitor:
        assert visitor.ask("PUT", f"{ME}/objection").json()["objection"] is True
        wait_until(lambda: "X-Footfall-Dropped" in visitor.view("/no").headers, 5)
        assert visitor.view("/no").headers["x-footfall-dropped"] == "objection"
        assert visitor.ask().json()["summary"]["objection"] is True
        with Visitor(running.public, "198.51.101.9") as neighbour:
            assert "x-footfall-dropped" not in neighbour.view("/yes").headers
        assert visitor.ask("DELETE", f"{ME}/objection").json()["objection"] is False
        wait_until(lambda: "X-Footfall-Dropped" not in visitor.view("/yes").headers, 5)


def test_a_browser_with_a_signal_is_told_that_its_events_are_nobodys(
    running: Installation,
) -> None:
    with Visitor(running.public, "198.51.101.10", **{"sec-gpc": "1"}) as visitor:
        visitor.view("/a", page=1001)
        summary = visitor.ask(page=1001).json()["summary"]
        assert summary["signal"] is True
        assert (summary["today"]["events"], summary["proved"]) == (0, 0)


def test_a_request_to_a_person_has_a_number_and_a_date(running: Installation) -> None:
    with Visitor(running.public, "198.51.101.11") as visitor:
        path = f"/api/privacy/{SITE}/requests"
        answer = visitor.ask("POST", path, json={"kind": "complaint", "message": "Hm."})
        assert answer.status_code == 201
        assert (len(answer.json()["id"]), len(answer.json()["due"])) == (32, 10)
        assert visitor.ask("POST", path, json={"kind": "rant"}).status_code == 400
        assert visitor.ask("POST", path, content=b"x" * 20_000).status_code == 413


@pytest.mark.parametrize(
    ("number", "origin"),
    [
        (51, "https://elsewhere.example"),
        (52, "null"),
        (53, f"https://evil-{SITE}"),
        (54, f"https://{SITE}.example"),
    ],
)
def test_another_website_neither_reads_nor_acts(
    running: Installation, number: int, origin: str
) -> None:
    with Visitor(running.public, f"198.51.101.{number}") as visitor:
        visitor.view("/a", page=number)
        wait_until_stored(running.data)
        headers = {"origin": origin}
        for method, path in (
            ("GET", ME),
            ("DELETE", ME),
            ("PATCH", ME),
            ("PUT", f"{ME}/objection"),
            ("PUT", f"{ME}/restriction"),
            ("OPTIONS", ME),
            ("POST", f"/api/privacy/{SITE}/requests"),
        ):
            answer = visitor.ask(method, path, headers=headers, page=number)
            assert answer.status_code == 403, method
            assert "access-control-allow-origin" not in answer.headers
        cross = visitor.ask("DELETE", headers={"sec-fetch-site": "cross-site"})
        assert cross.status_code == 403
        assert visitor.ask().json()["summary"]["today"]["pageviews"] == 1


def test_the_listener_and_the_sites_hostnames_may(running: Installation) -> None:
    with Visitor(running.public, "198.51.101.60") as visitor:
        for origin in (running.public, f"https://{SITE}", f"https://www.{SITE}"):
            answer = visitor.ask(headers={"origin": origin})
            assert answer.status_code == 200
            assert answer.headers["access-control-allow-origin"] == origin
            assert "access-control-allow-credentials" not in answer.headers
            assert answer.headers["cache-control"] == "no-store"
        preflight = visitor.ask("OPTIONS", headers={"origin": f"https://{SITE}"})
        assert preflight.status_code == 204
        assert "Footfall-Claim" in preflight.headers["access-control-allow-headers"]


def test_who_calls_too_often_waits_and_others_do_not(running: Installation) -> None:
    with (
        Visitor(running.public, "2001:db8::1") as visitor,
        Visitor(running.public, "2001:db8::2") as same_network,
        Visitor(running.public, "2001:db8:0:1::1") as other,
    ):
        statuses = [visitor.ask(page=number + 1).status_code for number in range(25)]
        assert statuses[:20] == [200] * 20
        assert statuses[-1] == 429
        limited = same_network.ask()
        assert limited.status_code == 429
        assert int(limited.headers["retry-after"]) >= 1
        assert other.ask().status_code == 200


def test_nothing_tells_what_there_is(running: Installation) -> None:
    """A site that is none, and a receipt that is none, are not found; no proof says more."""
    with Visitor(running.public, "198.51.101.61") as visitor:
        assert visitor.ask(path="/api/privacy/nowhere.example/me").status_code == 404
        for receipt in ("0" * 32, "x", "%27"):
            path = f"/api/privacy/{SITE}/receipts/{receipt}"
            assert visitor.ask(path=path).status_code == 404
        assert visitor.ask("POST").status_code == 405


def test_a_command_finds_and_erases_what_the_events_table_names(running: Installation) -> None:
    with Visitor(running.public, "198.51.101.62") as visitor:
        visitor.view("/a", page=6201)
        wait_until_stored(running.data)
        (event,) = visitor.ask(page=6201).json()["events"]
        named = (SITE, "--visitor", event["visitor"], "--day", event["day"])
        found = running.command("privacy", "find", *named)
        assert found["summary"]["today"]["pageviews"] == 1
        erased = running.command("privacy", "erase", *named)
        assert erased["receipt"]["removed"] == {"events": 1, "sessions": 1}
        assert visitor.ask().json()["summary"]["today"]["pageviews"] == 0
