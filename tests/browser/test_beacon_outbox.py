"""Promise: an event that could not be delivered is sent again, in order, and is never doubled."""

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.recorder import Recorder

HIDE = """
    Object.defineProperty(document, 'hidden', {get: () => true, configurable: true});
    document.dispatchEvent(new Event('visibilitychange'))"""
CALL = """name => footfall(name, {callback: ({status}) => {
    (window.told ||= []).push([name, status]) }})"""
# What the page waits for has begun once the script heard the answer: only then may a clock go on.
COUNT_PAUSES = """() => {
    const wait = setTimeout;
    window.pauses = 0;
    window.setTimeout = (then, wait_ms) => { pauses++; return wait(then, wait_ms) } }"""


def told(page: Page, count: int) -> list[list[object]]:
    """Wait until that many callbacks were called; return them in order."""
    page.wait_for_function(f"(window.told || []).length >= {count}")
    return list(page.evaluate("told"))


@pytest.mark.parametrize("status", [500, 503, 429])
def test_an_event_that_was_not_taken_is_sent_again_under_its_id(
    shop: Recorder, page: Page, status: int
) -> None:
    shop.answers = [(status, {})]
    page.goto(shop.serve("/tea"))
    first, second = shop.wait_for("pageview", 2)
    assert [beacon.status for beacon in shop.beacons] == [status, 202]
    assert first == second


def test_events_keep_their_order_while_one_waits(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea"))
    shop.wait_for("pageview")
    shop.answers = [(503, {})]
    for name in ("one", "two", "three"):
        page.evaluate(CALL, name)
    assert told(page, 3) == [["one", 202], ["two", 202], ["three", 202]]
    assert shop.names == ["pageview", "one", "one", "two", "three"]


def test_what_a_page_without_network_did_arrives_later(
    shop: Recorder, context: BrowserContext, page: Page
) -> None:
    page.goto(shop.serve("/tea"))
    shop.wait_for("pageview")
    context.set_offline(True)
    page.evaluate(CALL, "bought")
    page.evaluate(CALL, "paid")
    context.set_offline(False)
    assert told(page, 2) == [["bought", 202], ["paid", 202]]
    assert shop.names == ["pageview", "bought", "paid"]


@pytest.mark.parametrize("status", [400, 413])
def test_a_rejected_event_is_not_sent_again(shop: Recorder, page: Page, status: int) -> None:
    page.goto(shop.serve("/tea"))
    shop.wait_for("pageview")
    shop.answers = [(status, {})]
    page.evaluate(CALL, "bad")
    page.evaluate(CALL, "good")
    assert told(page, 2) == [["bad", status], ["good", 202]]
    assert shop.names == ["pageview", "bad", "good"]


def test_an_event_is_given_up_after_ten_minutes(
    shop: Recorder, context: BrowserContext, page: Page
) -> None:
    page.clock.install(time=0)
    page.goto(shop.serve("/tea"))
    shop.wait_for("pageview")
    page.clock.pause_at(60_000)
    shop.answers = [(503, {})] * 60
    page.evaluate(COUNT_PAUSES)
    page.evaluate(CALL, "lost")
    for attempt in range(1, 9):
        page.wait_for_function(f"pauses == {attempt}")
        page.clock.run_for(2**attempt * 1000)
    assert told(page, 1) == [["lost", 503]]
    attempts = len(shop.named("lost"))
    # Pauses of 2, 4, 8 … 256 s: nine attempts begin within 600 s.
    assert attempts == 9


def test_what_waits_is_sent_when_the_visitor_leaves(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea"))
    shop.wait_for("pageview")
    shop.answers = [(503, {})]
    page.evaluate("footfall('one'); footfall('two')")
    shop.wait_for("one")
    page.goto("about:blank")
    shop.wait_for("two")
    shop.wait_for("one", 2)
    first, again = shop.named("one")
    assert first["id"] == again["id"]


def test_an_event_in_flight_outlives_its_page(
    shop: Recorder, context: BrowserContext, page: Page
) -> None:
    page.goto(shop.serve("/tea"))
    shop.wait_for("pageview")
    page.evaluate("footfall('bought'); location = 'about:blank'")
    shop.wait_for("bought")
    assert len(shop.named("bought")) == 1


def test_a_browser_without_fetch_that_outlives_its_page_uses_send_beacon(
    shop: Recorder, context: BrowserContext, page: Page
) -> None:
    context.add_init_script("delete Request.prototype.keepalive")
    page.goto(shop.serve("/tea"))
    shop.wait_for("pageview")
    page.evaluate(CALL, "bought")
    assert told(page, 1) == [["bought", None]]  # such a browser does not say what was answered
    shop.wait_for("bought")
    assert shop.names == ["pageview", "bought"]
    assert shop.beacons[0].headers["content-type"].startswith("text/plain")


def test_an_event_changed_by_the_page_afterwards_is_sent_as_it_was(
    shop: Recorder, page: Page
) -> None:
    page.goto(shop.serve("/tea"))
    shop.wait_for("pageview")
    shop.answers = [(503, {})]
    page.evaluate("const props = {size: 'L'}; footfall('bought', {props}); props.size = 'S'")
    assert [event["props"] for event in shop.wait_for("bought", 2)] == [{"size": "L"}] * 2


def test_leaving_without_network_fails_in_silence(
    shop: Recorder, context: BrowserContext, page: Page
) -> None:
    rejected: list[str] = []
    page.on("pageerror", lambda error: rejected.append(str(error)))
    page.goto(shop.serve("/tea"))
    shop.wait_for("pageview")
    context.set_offline(True)
    page.evaluate("footfall('one'); footfall('two')")
    page.evaluate(HIDE)
    page.wait_for_timeout(200)
    assert rejected == []
