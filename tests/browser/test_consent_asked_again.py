"""Promise: where a site has gone further since a visitor agreed, their id is not used until they
agree again, by hand; where it has not, they are not asked.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page

from tests.browser.recorder import Recorder
from tests.browser.test_beacon_choice import NOTHING, STORED
from tests.browser.test_consent_script import TCF, buttons, inline, press

GRANT = "footfall.consent('granted', {version: '1'})"
DENY = "footfall.consent('denied', {version: '1'})"
# As a shop's dialog hears of it.
HEARS = "<script>document.addEventListener('footfall-ask', () => { window.asked = true })</script>"
ASKED = "window.asked === true && footfall.asks"


def agreed(shop: Recorder, page: Page, mode: str) -> tuple[str, str]:
    """Let a visitor agree on a page; return its address and the id."""
    url = shop.serve_markup("/tea", HEARS + inline(shop, mode), buttons(GRANT, DENY))
    page.goto(url)
    press(page)
    shop.wait(lambda: shop.decisions)
    page.wait_for_function("localStorage['footfall-agreed']")
    consent_id = page.evaluate("localStorage.footfall")
    leave(shop, page)
    return url, consent_id


def leave(shop: Recorder, page: Page) -> None:
    """Let what a page sends at its end arrive, and forget it."""
    shop.wait_for("pageview")
    page.goto("about:blank")
    shop.wait_for("engagement")
    shop.beacons.clear()


def grow(shop: Recorder) -> None:
    """Let the site go further from now on."""
    shop.covered_since = datetime.now(UTC).isoformat(timespec="milliseconds")


@pytest.mark.parametrize("mode", ["strict", "consent"])
def test_the_id_is_unused_until_the_visitor_agrees_again(
    shop: Recorder, page: Page, mode: str
) -> None:
    url, consent_id = agreed(shop, page, mode)
    grow(shop)
    # What a page repeats from memory is nobody's new decision, before it is asked or after.
    repeats = f"<script>{GRANT}; addEventListener('footfall-ask', () => {GRANT}, true)</script>"
    shop.serve_markup("/tea", HEARS + inline(shop, mode) + repeats, buttons(GRANT, DENY))
    page.goto(f"{url}?again")
    page.wait_for_function(ASKED)
    page.evaluate("footfall('early')")
    if mode == "consent":
        shop.wait_for("early")
    shop.mark(page)
    assert [body.get("c") for body in shop.events if body["n"] != "mark"] == (
        [] if mode == "strict" else [None, None]
    )
    assert page.evaluate("localStorage.footfall") is None
    assert len(shop.decisions) == 1

    press(page)
    page.evaluate("footfall('bought')")
    assert shop.wait_for("bought")[0]["c"] == consent_id
    assert [each["state"] for each in shop.decisions] == ["granted", "granted"]
    assert {each["consent_id"] for each in shop.decisions} == {consent_id}
    assert page.evaluate("footfall.asks") is False

    page.goto(f"{url}?third")
    shop.wait(lambda: [body for body in shop.named("pageview") if body.get("c") == consent_id])
    assert page.evaluate("window.asked") is None


@pytest.mark.parametrize("mode", ["strict", "consent"])
def test_a_consent_that_covers_all_is_not_asked_for_again(
    shop: Recorder, page: Page, mode: str
) -> None:
    shop.covered_since = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    url, consent_id = agreed(shop, page, mode)
    page.goto(f"{url}?again")
    assert shop.wait_for("pageview")[0]["c"] == consent_id
    assert page.evaluate("[window.asked, footfall.asks]") == [None, False]
    page.evaluate(GRANT)
    shop.mark(page)
    assert len(shop.decisions) == 1


@pytest.mark.parametrize("mode", ["strict", "consent"])
def test_without_an_answer_the_id_waits_and_nobody_is_asked(
    shop: Recorder, page: Page, mode: str
) -> None:
    url, consent_id = agreed(shop, page, mode)
    shop.covered_status = 503
    page.goto(f"{url}?again")
    page.wait_for_function("localStorage['footfall-waiting']")
    if mode == "consent":
        assert "c" not in shop.wait_for("pageview")[0]
    assert page.evaluate("[window.asked, footfall.asks]") == [None, False]
    shop.covered_status = 200
    page.goto(f"{url}?third")
    shop.wait(lambda: [body for body in shop.events if body.get("c") == consent_id])
    assert page.evaluate("localStorage.footfall") == consent_id
    assert page.evaluate("localStorage['footfall-waiting']") is None


def test_who_refuses_what_is_asked_again_withdraws_the_earlier_consent(
    shop: Recorder, page: Page
) -> None:
    url, consent_id = agreed(shop, page, "consent")
    grow(shop)
    page.goto(f"{url}?again")
    page.wait_for_function(ASKED)
    press(page, 1)
    shop.wait(lambda: len(shop.decisions) == 2)
    assert shop.decisions[1]["state"] == "withdrawn"
    assert shop.decisions[1]["consent_id"] == consent_id
    assert page.evaluate(STORED) == NOTHING


def test_an_opt_out_forgets_an_id_that_waits(shop: Recorder, page: Page) -> None:
    url, consent_id = agreed(shop, page, "strict")
    grow(shop)
    page.goto(f"{url}?again")
    page.wait_for_function(ASKED)
    page.evaluate("footfall.optOut()")
    assert page.evaluate("({...localStorage})") == {"footfall": "out"}
    shop.wait(lambda: len(shop.decisions) == 2)
    assert shop.decisions[1]["consent_id"] == consent_id


def test_what_a_platform_remembers_is_no_new_consent(shop: Recorder, page: Page) -> None:
    remembering = TCF.replace("cmpuishown", "tcloaded").replace(
        "consents: {}", "consents: {1: true, 8: true}"
    )
    tag = 'data-cmp="tcf"'
    url = shop.serve_markup("/tea", HEARS + TCF + inline(shop, more=tag), buttons("answer(1, 8)"))
    page.goto(url)
    press(page)
    page.wait_for_function("localStorage['footfall-agreed']")
    leave(shop, page)
    grow(shop)
    shop.serve_markup("/tea", HEARS + remembering + inline(shop, more=tag), buttons("answer(1, 8)"))
    page.goto(f"{url}?again")
    page.wait_for_function(ASKED)
    shop.mark(page)
    assert shop.names == ["mark"]
    press(page)
    shop.wait_for("pageview")
    assert [each["state"] for each in shop.decisions] == ["granted", "granted"]
