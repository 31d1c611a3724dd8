"""Promise: web vitals are those the browser measured, told once, when the visitor first leaves."""

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.recorder import Recorder

HIDE = """
    Object.defineProperty(document, 'hidden', {get: () => true, configurable: true});
    document.dispatchEvent(new Event('visibilitychange'))"""
SHOW = "delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))"
PAINTED = """type => new Promise(done => new PerformanceObserver(list =>
    done(list.getEntries().pop().startTime)).observe({type, buffered: true}))"""
SLOW_BUTTON = """<h1>Tea</h1><button onclick="
    const until = performance.now() + 120; while (performance.now() < until);
    this.textContent = 'done'">Buy</button>"""
# Two shifts in one window, and after a pause a smaller third one in another.
SHIFTING = '<p id="push" style="height:0;margin:0"></p><h1 style="height:300px">Tea</h1>'


def vitals_of(shop: Recorder, page: Page) -> dict[str, float]:
    page.evaluate(HIDE)
    return dict(shop.wait_for("engagement")[0]["v8"])


def test_paints_and_first_byte_are_what_the_browser_says(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea", "<h1>Tea</h1>", script="beacon.vitals.js"))
    fcp = page.evaluate(PAINTED, "paint")
    lcp = page.evaluate(PAINTED, "largest-contentful-paint")
    ttfb = page.evaluate("performance.getEntriesByType('navigation')[0].responseStart")
    vitals = vitals_of(shop, page)
    assert vitals["fcp"] == pytest.approx(fcp, abs=1)
    assert vitals["lcp"] == pytest.approx(lcp, abs=1)
    assert vitals["ttfb"] == pytest.approx(ttfb, abs=1)
    assert vitals["cls"] == 0
    assert "inp" not in vitals  # nobody touched the page


def test_the_slowest_interaction_is_told(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea", SLOW_BUTTON, script="beacon.vitals.js"))
    page.click("button")
    page.wait_for_function("document.querySelector('button').textContent == 'done'")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    # The handler alone takes 120 ms; the next frame comes soon after.
    assert 120 <= vitals_of(shop, page)["inp"] < 400


def test_a_page_opened_in_the_background_is_not_measured(
    shop: Recorder, context: BrowserContext, page: Page
) -> None:
    context.add_init_script(
        "Object.defineProperty(document, 'hidden', {get: () => true, configurable: true})"
    )
    page.goto(shop.serve("/tea", "<h1>Tea</h1>", script="beacon.vitals.js"))
    page.evaluate(SHOW)
    shop.wait_for("pageview")
    page.evaluate(HIDE)
    assert shop.wait_for("engagement")[0]["v8"] is None


def test_layout_shifts_add_up_within_a_window_and_the_worst_window_counts(
    shop: Recorder, page: Page
) -> None:
    page.goto(shop.serve("/tea", SHIFTING, script="beacon.vitals.js"))
    page.evaluate("""window.shifts = [];
        new PerformanceObserver(list => shifts.push(...list.getEntries().map(e => e.value)))
            .observe({type: 'layout-shift', buffered: true})""")
    for count, height in enumerate((200, 400), 1):
        page.evaluate(f"push.style.height = '{height}px'")
        page.wait_for_function(f"shifts.length == {count}")
    page.wait_for_timeout(1100)
    page.evaluate("push.style.height = '410px'")
    page.wait_for_function("shifts.length == 3")
    first, second, third = page.evaluate("shifts")
    assert third < first + second
    assert vitals_of(shop, page)["cls"] == pytest.approx(first + second)


def test_vitals_are_told_once(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea", "<h1>Tea</h1>", script="beacon.vitals.js"))
    vitals_of(shop, page)
    page.evaluate(SHOW)
    page.wait_for_timeout(1100)
    page.evaluate(HIDE)
    assert shop.wait_for("engagement", 2)[1]["v8"] is None


def test_scripts_without_the_feature_measure_nothing(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea", "<h1>Tea</h1>"))
    page.wait_for_timeout(1100)
    page.goto("about:blank")
    assert "v8" not in shop.wait_for("engagement")[0]
