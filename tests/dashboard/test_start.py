"""Start: the page names scripts that are served, for any features, counted or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest

from collector.beacon.scripts import FEATURES, find_script
from schema import Site
from tests.dashboard.build_rows import SITE, a_store, at, event_row, insert_rows
from tests.dashboard.serve import add_user, an_app, serving, sign_in

NOW = at("2026-11-18 12:00")
NEW = "new.example"
CHOSEN = tuple(feature for feature in FEATURES if feature != "consent")


ASKING = (
    Site(name="asks.example", consent="consent"),
    Site(name="strict.example", consent="strict"),
)


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[httpx.Client]:
    with a_store(tmp_path / "db", Site(name=SITE), Site(name=NEW), *ASKING) as store:
        insert_rows(store, [event_row(at("2026-11-03 09:00"))])
        add_user(store, "owner@shop.example")
        with (
            serving(an_app(store, tmp_path, lambda: NOW)) as url,
            httpx.Client(base_url=url) as client,
        ):
            sign_in(client, "owner@shop.example")
            yield client


def snippets(page: httpx.Response) -> list[dict[str, str]]:
    """Return the attributes of the plain snippet and of the checked one."""
    assert page.status_code == 200
    codes = re.findall(r'<code id="snippet[^>]*>(.*?)</code>', page.text, re.DOTALL)
    return [dict(re.findall(r'([\w-]+)="([^"]*)"', unescape(code))) for code in codes]


def test_a_counted_site_keeps_its_page_and_says_since_when(owner: httpx.Client) -> None:
    page = owner.get(f"/sites/{SITE}/start")
    assert "Counting since 3 Nov 2026" in page.text
    assert "data-start" not in page.text
    plain, _ = snippets(page)
    assert plain == {"src": "https://stats.example/beacon.js", "data-site": SITE}


def test_a_site_without_figures_waits_for_the_first(owner: httpx.Client) -> None:
    for address in (f"/sites/{NEW}/start", f"/sites/{NEW}"):
        page = owner.get(address)
        assert "Counting since" not in page.text
        assert f'data-start-next="/sites/{NEW}"' in page.text


@pytest.mark.parametrize("features", [(), ("vitals",), ("outbound", "downloads"), CHOSEN])
def test_both_snippets_name_the_script_with_the_ticked_features(
    owner: httpx.Client, features: tuple[str, ...]
) -> None:
    page = owner.get(f"/sites/{SITE}/start", params={"with": list(features)})
    plain, checked = snippets(page)
    named, exact = (find_script(each["src"].rpartition("/")[2]) for each in (plain, checked))
    assert named is not None
    assert exact is not None
    assert named.body == exact.body
    assert checked["src"] != plain["src"]
    assert checked["integrity"] == exact.integrity
    assert checked["crossorigin"] == "anonymous"
    assert set(re.findall(r'value="(\w+)" checked', page.text)) == set(features)
    assert all(f'value="{feature}"' in page.text for feature in CHOSEN)
    # Whether there is a consent to wait for is the site's to say.
    assert 'value="consent"' not in page.text


def named(url: str) -> bytes:
    script = find_script(url.rpartition("/")[2])
    assert script is not None, url
    return script.body


def test_a_site_that_asks_for_consent_gets_the_script_that_hears_of_it(
    owner: httpx.Client,
) -> None:
    plain, checked = snippets(owner.get("/sites/asks.example/start?with=vitals"))
    for snippet in (plain, checked):
        assert snippet["data-consent"] == "consent"
        assert named(snippet["src"]) == named("beacon-consent.js")
        assert named(snippet["data-beacon"]) == named("beacon.consent.vitals.js")
    assert plain["data-beacon"] == "https://stats.example/beacon.consent.vitals.js"
    assert checked["integrity"].startswith("sha384-")
    assert checked["data-integrity"].startswith("sha384-")


def test_a_strict_site_gets_one_that_asks_the_collector_for_nothing(owner: httpx.Client) -> None:
    page = owner.get("/sites/strict.example/start")
    inline, copied = snippets(page)
    assert "src" not in inline
    assert unescape(page.text).count(named("beacon-consent.js").decode()) == 1
    for snippet in (inline, copied):
        assert snippet["data-consent"] == "strict"
        assert named(snippet["data-beacon"]) == named("beacon.strict.js")
        assert snippet["data-integrity"].startswith("sha384-")
    # From the shop's own server.
    assert re.fullmatch(r"/beacon-consent\.[0-9a-f]{16}\.js", copied["src"])


def test_a_feature_that_is_not_there_is_named(owner: httpx.Client) -> None:
    page = owner.get(f"/sites/{SITE}/start?with=fingerprints")
    assert page.status_code == 400
    assert "fingerprints" in page.text
