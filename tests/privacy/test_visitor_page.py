"""A visitor sees, copies, corrects, restricts and erases on a page that needs no script."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from functools import partial
from html import unescape
from pathlib import Path

import httpx
import pytest

from collector.facts.ids import page_hash
from tests.build import a_site
from tests.collector.served import served
from tests.faults.load import wait_until_counted
from tests.installation import Installation, footfall, installation, wait_until
from tests.privacy.visitor import SITE, Visitor, page_id, wait_until_stored

PAGE = f"/privacy/{SITE}"
FIELD = re.compile(r'name="token" value="([^"]+)"')


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("page") / "data") as found:
        found.command("site", "add", SITE, "--timezone", "Asia/Baku")
        wait_until_counted(found)
        yield found


def token(visitor: Visitor) -> str:
    found = FIELD.search(visitor.client.get(PAGE).text)
    assert found is not None
    return found[1]


def send(visitor: Visitor, action: str, page: int = 0, **fields: str) -> httpx.Response:
    """Send one of the page's forms, as a browser without script does."""
    form = {"action": action, "token": token(visitor), "lang": "en", **fields}
    if page:
        form.setdefault("claim", f"page={page_id(page)}")
    headers = {"origin": str(visitor.client.base_url).rstrip("/")}
    return visitor.client.post(PAGE, data=form, headers=headers)


def test_the_page_tells_what_is_held_today(running: Installation) -> None:
    with Visitor(running.public, "198.51.102.1") as visitor:
        visitor.view("/secret-page", page=1)
        visitor.view("/secret-page", page=2)
        wait_until_stored(running.data)
        shown = visitor.client.get(f"{PAGE}?lang=en").text
    assert re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", shown)[:2] == [
        ("Pageviews today", "2"),
        ("Sessions today", "1"),
    ]
    assert "secret-page" not in shown, "a pseudonym alone shows numbers"
    assert "What cannot be found any more" in shown


def test_pages_of_a_visit_are_shown_against_proof_alone(running: Installation) -> None:
    with (
        Visitor(running.public, "198.51.102.2") as one,
        Visitor(running.public, "198.51.102.2") as other,
    ):
        one.view("/mine", page=11)
        other.view("/theirs", page=12)
        wait_until_stored(running.data)
        shown = send(one, "show", page=11).text
        assert "/mine" in shown
        assert "/theirs" not in shown
        claim = re.search(r'<p class="code">([^<]+)</p>', shown)
        assert claim is not None
        again = send(one, "show", claim=claim[1]).text
        assert "/mine" in again
        assert "/theirs" not in again
        without = send(one, "show")
        assert without.status_code == 403
        assert "This needs proof" in without.text
        assert send(one, "show", claim="page=1").status_code == 403


def test_a_copy_is_a_file_of_what_was_proved(running: Installation) -> None:
    with Visitor(running.public, "198.51.102.3") as visitor:
        visitor.view("/copied", page=21)
        wait_until_stored(running.data)
        as_json = send(visitor, "copy", page=21, format="json")
        assert [event["path"] for event in as_json.json()["events"]] == ["/copied"]
        assert as_json.headers["content-disposition"] == f'attachment; filename="{SITE}.json"'
        as_csv = send(visitor, "copy", page=21, format="csv")
        assert as_csv.headers["content-type"].startswith("text/csv")
        assert "/copied" in as_csv.text
        assert set(send(visitor, "copy", format="json").json()) == {"summary"}


def test_an_erasure_ends_in_a_receipt_that_verifies(running: Installation, tmp_path: Path) -> None:
    with Visitor(running.public, "198.51.102.4") as visitor:
        visitor.view("/gone", page=31)
        visitor.view("/gone/too", page=32)
        wait_until_stored(running.data)
        shown = send(visitor, "erase").text
        assert "Removed: 2\u00a0events and 1\u00a0session." in shown
        found = re.search(r'href="data:application/json;base64,([^"]+)"', shown)
        assert found is not None
        receipt = tmp_path / "receipt.json"
        receipt.write_bytes(b64decode(unescape(found[1])))
        verified = footfall("privacy", "verify", str(receipt), "--data", str(running.data))
        assert verified.returncode == 0, verified.stderr
        changed = json.loads(receipt.read_text())
        changed["receipt"]["removed"]["events"] = 0
        receipt.write_text(json.dumps(changed))
        assert footfall("privacy", "verify", str(receipt), "--data", str(running.data)).returncode
        assert visitor.ask().json()["summary"]["today"]["events"] == 0


def test_a_place_is_corrected_and_rows_are_taken_away_from_anybody(running: Installation) -> None:
    with Visitor(running.public, "198.51.102.5") as visitor:
        visitor.view("/where", page=41)
        wait_until_stored(running.data)
        place = {"country": "AZ", "region": "AZ-GA", "city": "Ganja"}
        assert "Corrected: 1\u00a0event" in send(visitor, "correct", page=41, **place).text
        (event,) = visitor.ask(page=41).json()["events"]
        assert {name: event[name] for name in place} == place
        refused = send(visitor, "correct", page=41, country="Azerbaijan")
        assert refused.status_code == 400
        assert "country" in refused.text
        send(visitor, "correct", page=41, not_me="1")
        assert visitor.ask(page=41).json()["events"] == []


def test_what_is_restricted_comes_back_when_it_is_released(running: Installation) -> None:
    with Visitor(running.public, "198.51.102.6") as visitor:
        visitor.view("/aside", page=51)
        wait_until_stored(running.data)
        assert "Set aside: 1\u00a0event" in send(visitor, "restrict", page=51).text
        assert visitor.ask().json()["summary"]["today"]["events"] == 0
        assert "counted: 1\u00a0event" in send(visitor, "release", page=51).text
        assert visitor.ask().json()["summary"]["today"]["events"] == 1


def test_an_objection_holds_until_it_is_taken_back(running: Installation) -> None:
    with Visitor(running.public, "198.51.102.7") as visitor:
        assert "Nothing from this browser is counted" in send(visitor, "object").text
        wait_until(lambda: visitor.view("/no").headers.get("x-footfall-dropped") == "objection", 5)
        assert "You are not counted today" in visitor.client.get(f"{PAGE}?lang=en").text
        send(visitor, "object_back")
        wait_until(lambda: "x-footfall-dropped" not in visitor.view("/yes").headers, 5)


def test_a_question_has_a_number_and_a_day(running: Installation) -> None:
    with Visitor(running.public, "198.51.102.8") as visitor:
        asked = send(visitor, "ask", kind="complaint", message="Why?", contact="a@mail.example")
        assert asked.status_code == 200
        assert re.search(r'id="number">[0-9a-f]{32}<', asked.text)
        assert send(visitor, "ask", kind="gossip", message="?").status_code == 400


def test_nobody_else_acts_for_a_visitor(running: Installation) -> None:
    with (
        Visitor(running.public, "198.51.102.9") as visitor,
        Visitor(running.public, "198.51.102.10") as stranger,
    ):
        own = token(visitor)
        form = {"action": "object", "token": own}
        elsewhere = {"origin": "https://elsewhere.example"}
        attempts = {
            "another origin": visitor.client.post(PAGE, data=form, headers=elsewhere),
            "no origin to name": visitor.client.post(PAGE, data=form, headers={"origin": "null"}),
            "another site": visitor.client.post(
                PAGE, data=form, headers={"sec-fetch-site": "cross-site"}
            ),
            "no token": visitor.client.post(PAGE, data={"action": "object"}),
            "another's token": stranger.client.post(PAGE, data=form),
            "a changed token": visitor.client.post(PAGE, data={**form, "token": f"9{own[1:]}"}),
        }
        assert {name: answer.status_code for name, answer in attempts.items()} == dict.fromkeys(
            attempts, 403
        )
        assert not visitor.ask().json()["summary"]["objection"]


def test_only_the_sites_own_pages_may_show_it_in_a_frame(running: Installation) -> None:
    with Visitor(running.public, "198.51.102.11") as visitor:
        answer = visitor.client.get(PAGE)
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'self' https://shop.example http://shop.example" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    # It asks nobody else.
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', answer.text), (
        "it asks nobody else"
    )
    assert not re.findall(r"<script(?! src)|<style|style=|onclick=", answer.text)
    assert "set-cookie" not in answer.headers


def test_an_unknown_site_has_no_page(running: Installation) -> None:
    with Visitor(running.public, "198.51.102.12") as visitor:
        answer = visitor.client.get("/privacy/other.example")
    assert answer.status_code == 404
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_a_wish_is_taken_while_the_store_is_down(tmp_path: Path) -> None:
    with (
        served(tmp_path, a_site(name=SITE)) as collector,
        Visitor(collector.url, "198.51.102.13") as visitor,
    ):
        assert "cannot be read just now" in visitor.client.get(f"{PAGE}?lang=en").text
        taken = send(visitor, "erase")
    assert taken.status_code == 200
    assert "It is taken and will be done" in taken.text
    assert re.search(r'id="number">[0-9a-f]{32}<', taken.text)


def test_staff_finds_restricts_releases_and_corrects_by_command(running: Installation) -> None:
    with Visitor(running.public, "198.51.102.14") as visitor:
        visitor.view("/staff", page=61)
    wait_until_stored(running.data)
    named = (SITE, "--page", str(page_hash(page_id(61))))
    found = footfall("privacy", "export", *named, "--data", str(running.data))
    assert [event["path"] for event in json.loads(found.stdout)["events"]] == ["/staff"]
    assert running.command("privacy", "restrict", *named)["events"] == 1
    assert running.command("privacy", "find", *named)["events"] == []
    assert running.command("privacy", "release", *named)["events"] == 1
    running.command("privacy", "correct", *named, "--device", "TV")
    (event,) = running.command("privacy", "find", *named)["events"]
    assert event["device"] == "TV"
    wrong = footfall("privacy", "correct", *named, "--country", "az", "--data", str(running.data))
    assert (wrong.returncode, "two capital letters" in wrong.stderr) == (2, True)
    assert running.command("privacy", "requests", "list", "--site", SITE) is not None


def test_the_history_of_a_consent_is_shown_against_its_id(running: Installation) -> None:
    site, consent_id = "consent.example", "c" * 32
    running.command("site", "add", site)
    running.command("site", "set", site, "--consent", "consent")
    with Visitor(running.public, "198.51.102.15") as visitor:
        decided = {"consent_id": consent_id, "version": "7"}

        def is_kept(told: dict[str, str]) -> bool:
            return visitor.client.post(f"/api/privacy/{site}/consent", json=told).is_success

        for state in ("granted", "withdrawn"):
            wait_until(partial(is_kept, {"state": state, **decided}), 5)
        wait_until_stored(running.data)
        found = FIELD.search(visitor.client.get(f"/privacy/{site}").text)
        assert found is not None
        form = {
            "action": "show", "token": found[1], "lang": "en", "claim": f"consent={consent_id}",
        }  # fmt: skip
        shown = visitor.client.post(f"/privacy/{site}", data=form).text
    assert re.findall(r"UTC: (\w+), version 7", shown) == ["Granted", "Withdrawn"]
