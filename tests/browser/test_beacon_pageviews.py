"""Promise: every page and route looked at is counted once, with what the contract names."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.recorder import Recorder

SHOW = """delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))"""
OPENED_HIDDEN = (
    """Object.defineProperty(document, 'hidden', {get: () => true, configurable: true})"""
)


def test_a_page_is_counted_with_the_fields_of_the_contract(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea") + "?utm_source=mail#secret")
    (pageview,) = shop.wait_for("pageview")
    assert pageview["u"] == shop.origin + "/tea?utm_source=mail"
    assert pageview["d"] == "shop.example"
    assert pageview["r"] == ""
    assert pageview["g"] is False
    assert pageview["b"] is True  # this browser is driven by a test
    assert pageview["w"] == page.evaluate("screen.width")
    assert pageview["tz"] == page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    # The browser says its language itself.
    assert shop.beacons[0].headers["accept-language"].startswith("en-US")
    # Four times 32 bits, in decimals.
    assert re.fullmatch(r"\d{1,10}(-\d{1,10}){3}", pageview["k"])
    assert re.fullmatch(r"\d{1,10}(-\d{1,10}){3}", pageview["id"])
    assert pageview["k"] != pageview["id"]
    # A page may hand it to the privacy page.
    assert page.evaluate("footfall.page()") == pageview["k"]


def test_a_beacon_needs_no_preflight_and_carries_no_cookie(shop: Recorder, page: Page) -> None:
    page.context.add_cookies([{"name": "cart", "value": "7", "url": shop.collector}])
    page.goto(shop.serve("/tea"))
    shop.wait_for("pageview")
    assert shop.beacons[0].method == "POST"
    assert shop.beacons[0].headers["content-type"].startswith("text/plain")
    assert "cookie" not in shop.beacons[0].headers
    assert not any(request.startswith("OPTIONS") for request in shop.requests)


def test_a_long_address_is_cut_to_what_the_collector_takes(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea") + "?q=" + "x" * 3000)
    (pageview,) = shop.wait_for("pageview")
    assert len(pageview["u"]) == 2000


def test_the_referrer_is_told_on_the_first_pageview_of_a_document_only(
    shop: Recorder, page: Page
) -> None:
    shop.serve("/tea")
    page.goto(shop.serve_markup("/start", "", '<a href="/tea">Tea</a>'))
    page.click("a")
    shop.wait_for("pageview")
    page.evaluate("history.pushState({}, '', '/coffee')")
    first, second = shop.wait_for("pageview", 2)
    assert (first["r"], second["r"]) == (shop.origin + "/start", None)


@pytest.mark.parametrize("method", ["pushState", "replaceState"])
def test_a_new_path_is_a_pageview_with_a_page_id_of_its_own(
    shop: Recorder, page: Page, method: str
) -> None:
    page.goto(shop.serve("/tea"))
    page.evaluate(f"history.{method}({{}}, '', '/coffee')")
    first, second = shop.wait_for("pageview", 2)
    assert second["u"] == shop.origin + "/coffee"
    assert first["k"] != second["k"]


def test_going_back_to_a_route_counts_it(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea"))
    page.evaluate("history.pushState({}, '', '/coffee')")
    page.evaluate("history.back()")
    pageviews = shop.wait_for("pageview", 3)
    assert [event["u"] for event in pageviews] == [
        shop.origin + path for path in ("/tea", "/coffee", "/tea")
    ]


def test_the_same_path_with_another_query_or_fragment_is_the_same_page(
    shop: Recorder, page: Page
) -> None:
    page.goto(shop.serve("/tea"))
    shop.wait_for("pageview")
    page.evaluate("history.replaceState({}, '', '/tea')")
    page.evaluate("history.pushState({}, '', '/tea?sort=price')")
    page.evaluate("location.hash = 'reviews'")
    page.evaluate("footfall('after')")
    shop.wait_for("after")
    assert shop.names == ["pageview", "after"]


def test_routes_after_the_hash_are_paths_for_the_hash_feature(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/app", script="beacon.hash.js") + "#/cart?step=2")
    shop.wait_for("pageview")
    page.evaluate("location.hash = '#!/pay'")
    shop.wait_for("pageview", 2)
    page.evaluate("location.hash = '#!/pay'")
    page.evaluate("location.hash = '#reviews'")
    pageviews = shop.wait_for("pageview", 3)
    assert [event["u"] for event in pageviews] == [
        shop.origin + path for path in ("/app/cart", "/app/pay", "/app")
    ]


def test_a_page_restored_from_the_back_forward_cache_is_a_new_pageview(
    shop: Recorder, page: Page
) -> None:
    page.goto(shop.serve("/tea"))
    page.evaluate("window.isStillHere = true")
    page.goto(shop.serve("/coffee"))
    shop.wait_for("pageview", 2)
    page.go_back(wait_until="commit")
    first, _, third = shop.wait_for("pageview", 3)
    assert page.evaluate("window.isStillHere")  # it was not loaded again
    assert third["u"] == first["u"]
    assert third["k"] != first["k"]
    assert third["r"] is None


def test_a_page_opened_in_the_background_counts_when_it_is_looked_at(
    shop: Recorder, context: BrowserContext, page: Page
) -> None:
    # Headless Chromium shows every tab; so the page is told that it is hidden.
    context.add_init_script(OPENED_HIDDEN)
    page.goto(shop.serve("/tea"))
    page.evaluate("footfall('early')")
    shop.mark(page)
    assert shop.names == ["mark"]
    page.evaluate(SHOW)
    shop.wait_for("early")
    assert shop.names == ["mark", "pageview", "early"]


def test_a_page_that_was_never_looked_at_is_not_counted(
    shop: Recorder, context: BrowserContext, page: Page
) -> None:
    context.add_init_script(OPENED_HIDDEN)
    page.goto(shop.serve("/tea", script="beacon.all.js"))
    page.goto(shop.serve_markup("/coffee", ""))
    shop.mark(page)
    assert shop.names == ["mark"]


def test_a_prerendered_page_counts_when_it_is_shown(
    shop: Recorder, context: BrowserContext, page: Page
) -> None:
    # Driven by a test, headless Chromium only fetches what it would prerender. So this page is
    # told what a prerendered page knows: document.prerendering, and hidden until it is activated.
    context.add_init_script(
        OPENED_HIDDEN
        + ";Object.defineProperty(document, 'prerendering', {value: true, configurable: true})"
    )
    page.goto(shop.serve("/tea", script="beacon.all.js"))
    shop.mark(page)
    assert shop.names == ["mark"]
    page.evaluate(
        "delete document.prerendering;"
        "document.dispatchEvent(new Event('prerenderingchange'));" + SHOW
    )
    shop.wait_for("pageview")


@pytest.mark.parametrize(
    ("patterns", "path", "is_counted"),
    [
        ("/admin/*", "/admin/orders", False),
        ("/admin/*", "/admin/orders/7", False),
        ("/admin/*", "/administration", True),
        ("/admin/*", "/en/admin/orders", True),
        ("/tea,/coffee", "/coffee", False),
        ("/tea,/coffee", "/coffee/beans", True),
        ("/*/draft", "/en/new/draft", False),
        ("", "/tea", True),
    ],
)
def test_excluded_paths_are_not_counted(
    shop: Recorder, page: Page, patterns: str, path: str, is_counted: bool
) -> None:
    url = shop.serve_markup(path, shop.tag(attributes=f'data-exclude="{patterns}"'))
    page.goto(url)
    page.evaluate("footfall('bought', {callback: answer => { window.answer = [answer.status] }})")
    page.wait_for_function("window.answer")
    assert page.evaluate("answer") == [202 if is_counted else None]
    assert shop.names == (["pageview", "bought"] if is_counted else [])


def test_data_api_sends_to_another_address(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve_markup("/tea", shop.tag(attributes='data-api="/proxied"')))
    shop.wait_for("pageview")
    assert shop.requests[-1] == "POST /proxied"
    assert shop.beacons[0].headers["host"] == shop.origin.removeprefix("http://")


def test_a_page_of_the_file_system_sends_nothing(
    shop: Recorder, page: Page, tmp_path: Path
) -> None:
    saved = tmp_path / "saved.html"
    saved.write_text(f"<!doctype html><title>Saved</title>{shop.tag()}")
    page.goto(saved.as_uri())
    assert page.evaluate("typeof footfall") == "function"
    shop.mark(page)
    assert shop.names == ["mark"]


def test_a_not_found_page_is_told(shop: Recorder, page: Page) -> None:
    head = '<meta name="footfall-status" content="404">'
    page.goto(shop.serve("/gone", head=head, script="beacon.notfound.js"))
    (event,) = shop.wait_for("404")
    assert (event["u"], event["interactive"]) == (shop.origin + "/gone", False)
    assert shop.names == ["pageview", "404"]


def test_a_page_of_another_status_is_not_told_as_not_found(shop: Recorder, page: Page) -> None:
    head = '<meta name="footfall-status" content="200">'
    page.goto(shop.serve("/tea", head=head, script="beacon.notfound.js"))
    page.evaluate("footfall('end')")
    shop.wait_for("end")
    assert shop.names == ["pageview", "end"]
