"""Promise: the script never breaks a page, whatever the page or the browser is like."""

import pytest
from playwright.sync_api import BrowserContext, Page

from collector.beacon.scripts import snippet_names
from tests.browser.recorder import Recorder

ALL = "beacon.all.js"


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """Collect what the page's console and error events say."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


def test_the_only_global_is_footfall(shop: Recorder, page: Page, complaints: list[str]) -> None:
    page.goto(shop.serve_markup("/plain", ""))
    before = set(page.evaluate("Object.getOwnPropertyNames(window)"))
    page.goto(shop.serve("/tea", script=ALL))
    shop.wait_for("pageview")
    after = set(page.evaluate("Object.getOwnPropertyNames(window)"))
    assert after - before == {"footfall"}
    assert complaints == []


def test_a_strict_policy_with_integrity_is_enough(
    shop: Recorder, page: Page, complaints: list[str]
) -> None:
    names = snippet_names(["outbound", "vitals"])
    tag = (
        f'<script defer src="{shop.collector}/{names.hashed}" data-site="shop.example"'
        f' integrity="{names.integrity}" crossorigin="anonymous"></script>'
    )
    shop.page_headers["Content-Security-Policy"] = (
        f"default-src 'none'; img-src data:; script-src '{names.integrity}';"
        f" connect-src {shop.collector}; require-trusted-types-for 'script'"
    )
    page.goto(shop.serve_markup("/tea", tag, "<h1>Tea</h1>"))
    shop.wait_for("pageview")
    assert complaints == []


def test_a_second_tag_counts_nothing(shop: Recorder, page: Page, complaints: list[str]) -> None:
    head = shop.tag() + shop.tag(ALL)
    page.goto(shop.serve_markup("/tea", head))
    page.evaluate("history.pushState({}, '', '/coffee'); footfall('end')")
    shop.wait_for("end")
    assert shop.names == ["pageview", "engagement", "pageview", "end"]
    assert complaints == []


@pytest.mark.parametrize(
    "broken",
    [
        "delete window.fetch; delete Navigator.prototype.sendBeacon",
        "Object.defineProperty(window, 'crypto', {value: undefined})",
        "Object.freeze(history)",
        "delete window.PerformanceObserver",
        "PerformanceObserver.supportedEntryTypes = undefined;"
        "Object.defineProperty(PerformanceObserver, 'supportedEntryTypes', {value: ['paint']})",
        "Object.defineProperty(window, 'localStorage', {value: null})",
        "Object.defineProperty(window, 'footfall', {value: 7, writable: false})",
        "delete window.Intl",
        "Object.defineProperty(document, 'currentScript', {value: null})",
    ],
    ids=["no sending", "no crypto", "frozen history", "no observer", "few entries", "no storage",
         "name taken", "no Intl", "no tag"],
)  # fmt: skip
def test_a_browser_that_lacks_something_shows_no_error(
    shop: Recorder, context: BrowserContext, page: Page, complaints: list[str], broken: str
) -> None:
    context.add_init_script(broken)
    body = '<a href="#x" data-event="Click">x</a>'
    page.goto(shop.serve("/tea", body, script=ALL))
    page.click("a")
    page.evaluate("history.pushState({}, '', '/coffee')")
    assert page.evaluate("location.pathname") == "/coffee"
    page.goto(shop.serve("/end"))
    # Without a way to send, a time zone, or a tag that names the site, there is nothing to count.
    if any(part in broken for part in ("fetch", "Intl", "currentScript")):
        shop.wait(lambda: "GET /end" in shop.requests)
    else:
        shop.wait_for("pageview", 3)
    assert complaints == []


def test_without_crypto_a_page_is_counted_without_ids(
    shop: Recorder, context: BrowserContext, page: Page
) -> None:
    context.add_init_script("Object.defineProperty(window, 'crypto', {value: undefined})")
    page.goto(shop.serve("/tea"))
    (pageview,) = shop.wait_for("pageview")
    assert not {"k", "id"} & set(pageview)


@pytest.mark.parametrize(
    "call",
    [
        "footfall()",
        "footfall(null, null)",
        "footfall('x', {callback: 7})",
        "footfall('x', {callback() { throw new Error('the page itself') }})",
        "footfall('x', {props: {n: 1n}})",
        "footfall('x', {url: 'http://['})",
        "footfall(() => { throw new Error('the page itself') })",
        "footfall.consent(); footfall.optIn(7)",
    ],
)
def test_no_call_throws(shop: Recorder, page: Page, complaints: list[str], call: str) -> None:
    page.goto(shop.serve("/tea", script=ALL))
    page.evaluate(call)
    page.evaluate("footfall('end')")
    shop.wait_for("end")
    assert complaints == []


def test_history_keeps_its_own_behaviour(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea"))
    page.evaluate("history.pushState({step: 2}, '', '/coffee')")
    assert page.evaluate("[history.state.step, location.pathname]") == [2, "/coffee"]
    failure = page.evaluate(
        "(() => { try { history.pushState({}, '', 'http://other.example/') }"
        " catch (error) { return error.name } })()"
    )
    assert failure == "SecurityError"


def test_a_collector_that_cannot_be_reached_shows_no_error_of_ours(
    shop: Recorder, context: BrowserContext, page: Page
) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(shop.serve_markup("/tea", shop.tag(attributes='data-api="http://127.0.0.1:1/"')))
    page.evaluate("footfall('x')")
    page.wait_for_timeout(100)
    assert errors == []
