"""Promise: engaged time is time visible and focused, and depth is the deepest part really seen."""

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.recorder import Recorder

HIDE = """
    Object.defineProperty(document, 'hidden', {get: () => true, configurable: true});
    document.dispatchEvent(new Event('visibilitychange'))"""
SHOW = "delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))"
TALL = '<div style="height:4000px"></div>'
SCROLL_TO = "y => new Promise(done => { addEventListener('scroll', done); scrollTo(0, y) })"


@pytest.fixture
def page(page: Page) -> Page:
    """Return a page whose clock stands still until a test moves it."""
    page.clock.install(time=0)
    page.clock.pause_at(1)
    return page


def test_engaged_time_leaves_out_the_time_without_focus(
    shop: Recorder, context: BrowserContext, page: Page
) -> None:
    page.goto(shop.serve("/tea"))
    shop.wait_for("pageview")
    # Playwright tells every page that it has the focus; from here on it has to be true.
    context.new_cdp_session(page).send("Emulation.setFocusEmulationEnabled", {"enabled": False})
    page.clock.run_for(1_300)
    other = context.new_page()
    shop.wait_for("engagement")
    other.clock.run_for(1_500)
    page.bring_to_front()
    page.wait_for_function("document.hasFocus()")
    page.clock.run_for(1_200)
    page.goto("about:blank")
    engagements = shop.wait_for("engagement", 2)
    assert [event["e"] for event in engagements] == [1_300, 1_200]


def test_engaged_time_leaves_out_the_time_hidden(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea"))
    shop.wait_for("pageview")
    page.clock.run_for(1_200)
    page.evaluate(HIDE)
    shop.wait_for("engagement")
    page.clock.run_for(1_500)
    page.evaluate(SHOW)
    page.clock.run_for(1_100)
    page.goto("about:blank")
    engagements = shop.wait_for("engagement", 2)
    assert [event["e"] for event in engagements] == [1_200, 1_100]


def test_an_engagement_joins_its_pageview(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea"))
    page.clock.run_for(1_100)
    page.goto("about:blank")
    (engagement,) = shop.wait_for("engagement")
    (pageview,) = shop.named("pageview")
    assert (engagement["k"], engagement["u"]) == (pageview["k"], pageview["u"])
    assert engagement["id"] != pageview["id"]
    assert shop.beacons[-1].headers["content-type"].startswith("text/plain")


def test_a_new_route_ends_the_engagement_with_the_route_before(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea"))
    page.clock.run_for(1_100)
    page.evaluate("history.pushState({}, '', '/coffee')")
    shop.wait_for("pageview", 2)
    assert shop.names == ["pageview", "engagement", "pageview"]
    page.clock.run_for(1_400)
    page.goto("about:blank")
    on_tea, on_coffee = shop.wait_for("engagement", 2)
    assert [on_tea["u"], on_coffee["u"]] == [shop.origin + "/tea", shop.origin + "/coffee"]
    assert [on_tea["k"], on_coffee["k"]] == [event["k"] for event in shop.named("pageview")]
    assert (on_tea["e"], on_coffee["e"]) == (1_100, 1_400)


def test_turning_away_twice_is_told_once(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea", TALL))
    shop.wait_for("pageview")
    page.evaluate(HIDE)
    page.evaluate("dispatchEvent(new Event('blur'))")
    shop.wait_for("engagement")
    shop.mark(page)
    assert shop.names == ["pageview", "engagement", "mark"]


def test_depth_is_the_lowest_edge_that_was_seen(shop: Recorder, page: Page) -> None:
    page.set_viewport_size({"width": 800, "height": 1000})
    page.goto(shop.serve("/tea", head="<style>body{margin:0}</style>", body=TALL))
    page.evaluate(SCROLL_TO, 1000)
    page.evaluate(SCROLL_TO, 200)
    page.evaluate(HIDE)
    (engagement,) = shop.wait_for("engagement")
    # The window of 1000 px at 1000 px of 4000 px ends at 2000 px.
    assert engagement["sd"] == pytest.approx(50, abs=2)


def test_a_page_that_grew_was_seen_to_a_smaller_part(shop: Recorder, page: Page) -> None:
    page.set_viewport_size({"width": 800, "height": 1000})
    page.goto(shop.serve("/tea", head="<style>body{margin:0}</style>", body=TALL))
    page.evaluate(SCROLL_TO, 3000)
    page.evaluate("document.querySelector('div').style.height = '16000px'")
    page.evaluate(HIDE)
    (engagement,) = shop.wait_for("engagement")
    # The window ended at 4000 px of what are now 16000 px.
    assert engagement["sd"] == pytest.approx(25, abs=2)


def test_a_page_without_scroll_bars_was_seen_whole(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea", "<p>Tea</p>"))
    page.clock.run_for(1_100)
    page.goto("about:blank")
    assert shop.wait_for("engagement")[0]["sd"] == 100


def test_a_short_look_deeper_is_told(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea", TALL))
    page.evaluate(SCROLL_TO, 1000)
    page.evaluate(HIDE)
    (first,) = shop.wait_for("engagement")
    page.evaluate(SHOW)
    page.evaluate(SCROLL_TO, 2000)
    page.evaluate(HIDE)
    second = shop.wait_for("engagement", 2)[1]
    assert 0 <= first["e"] < 1000
    assert second["sd"] > first["sd"]


@pytest.mark.parametrize(
    "signal",
    [
        "Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})",
        "Object.defineProperty(navigator, 'doNotTrack', {value: '1'})",
    ],
    ids=["GPC", "DNT"],
)
def test_a_privacy_signal_is_told_and_ends_engagement(
    shop: Recorder, context: BrowserContext, page: Page, signal: str
) -> None:
    context.add_init_script(signal)
    page.goto(shop.serve("/tea", TALL, script="beacon.all.js"))
    page.evaluate(SCROLL_TO, 1000)
    page.evaluate(HIDE)
    shop.mark(page)
    assert shop.names == ["pageview", "mark"]
    assert shop.events[0]["g"] is True
