"""Promise: what will change of a site's notice stands on top of it, in each language, before it
does; which consents still cover all is told to the site's own pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.installation import Installation, footfall, installation, wait_until
from tests.privacy.visitor import Visitor, wait_until_stored

SITE = "shop.example"
NOTICE = f"/privacy/{SITE}/notice"
COVERED = f"/api/privacy/{SITE}/consent/covered"
DAY = (datetime.now(UTC) + timedelta(days=40)).date()
TITLES = {
    "en": "this changes",
    "az": "tarixindən dəyişir",
    "ru": "Что изменится",
    "tr": "tarihinden itibaren değişenler",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("announced") / "data") as running:
        running.command("site", "add", SITE)
        running.command("site", "set", SITE, "--consent", "consent")
        yield running


def notice(running: Installation, language: str = "en", **query: str) -> str:
    answer = httpx.get(running.public + NOTICE, params={"lang": language, **query})
    assert answer.status_code == 200, answer.text
    return answer.text


def covered(running: Installation, **headers: str) -> httpx.Response:
    return httpx.get(running.public + COVERED, headers=headers)


def test_an_announced_change_is_on_top_until_it_is_cancelled(running: Installation) -> None:
    changes = ("--set", "retention.cities=60", "--set", "consent=strict")
    plan = running.command("notice", "announce", SITE, "--from", str(DAY), *changes)
    wait_until(lambda: TITLES["en"] in notice(running))
    for language, title in TITLES.items():
        html, text = notice(running, language), notice(running, language, format="md")
        for shown in (html, text):
            # Before the first section of what is so now.
            assert 0 < shown.index(title) < shown.index("60\u00a0") < shown.index("30\u00a0")
        assert text.splitlines()[0].startswith("# ")
        assert text.splitlines()[2].startswith("## ")
        assert title in text.splitlines()[2]
    assert "New: Before your consent nothing is sent at all." in notice(running)
    first, *_ = running.command("notice", "list", SITE)
    assert (first["what"], first["id"]) == ("announced", plan["id"])

    running.command("notice", "cancel", plan["id"])
    wait_until(lambda: TITLES["en"] not in notice(running))


def test_consents_are_asked_for_again_from_a_growth_on(running: Installation) -> None:
    with Visitor(running.public, "198.51.100.20") as visitor:
        visitor.view("/tea")
    wait_until_stored(running.data)
    earlier = covered(running).json()["covered_since"]
    longer = ("site", "set", SITE, "--keep", "ids=90")
    refused = footfall(*longer, "--data", str(running.data))
    assert (refused.returncode, "ids for 90 days instead of 60" in refused.stderr) == (1, True)
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    running.command(*longer, "--now")
    wait_until(lambda: covered(running).json()["covered_since"] != earlier)
    since = datetime.fromisoformat(covered(running).json()["covered_since"])
    assert before <= since <= datetime.now(UTC)


def test_the_sites_own_pages_are_told_and_no_others(running: Installation) -> None:
    own = covered(running, origin=f"https://www.{SITE}")
    assert own.status_code == 200
    assert own.headers["access-control-allow-origin"] == f"https://www.{SITE}"
    assert covered(running, origin="https://other.example").status_code == 403
    assert httpx.get(running.public + COVERED.replace(SITE, "no.example")).status_code == 404
