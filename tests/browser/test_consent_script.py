"""Promise: before a consent nothing leaves a strict page, nothing lasting is stored on any, and a
withdrawal ends both; each decision is told once, whoever the visitor told it.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page

from collector.beacon.scripts import find_script, snippet_names
from tests.browser.recorder import Recorder
from tests.browser.test_beacon_choice import NOTHING, STORED, STUB

ID = r"\d{1,10}(-\d{1,10}){3}"

# A platform as pages have it: a dialog, and the interface of its kind.
TCF = """<script>
  const listeners = []
  const told = { eventStatus: "cmpuishown", gdprApplies: true, purpose: { consents: {} } }
  window.__tcfapi = (command, version, callback) => {
    if (command != "addEventListener" || version != 2) return
    listeners.push(callback)
    callback(told, true)
  }
  window.answer = (...purposes) => {
    told.eventStatus = "useractioncomplete"
    told.purpose.consents = Object.fromEntries(purposes.map((purpose) => [purpose, true]))
    listeners.forEach((listener) => listener(told, true))
  }
</script>"""
GCM = """<script>
  window.dataLayer = window.dataLayer || []
  function gtag() { dataLayer.push(arguments) }
  dataLayer.push({ event: "gtm.js" })
  gtag("consent", "default", { analytics_storage: "denied" })
  window.answer = (state) => gtag("consent", "update", { analytics_storage: state })
</script>"""


def inline(shop: Recorder, mode: str = "strict", more: str = "") -> str:
    """Return the consent script as a strict shop puts it into its pages."""
    script = find_script("beacon-consent.js")
    assert script is not None
    names = snippet_names([mode])
    return (
        f'<script data-site="shop.example" data-consent="{mode}"'
        f' data-beacon="{shop.collector}/{names.hashed}" data-integrity="{names.integrity}"'
        f" {more}>{script.body.decode()}</script>"
    )


def buttons(*choices: str) -> str:
    """Return a dialog's buttons; a click is what makes it the visitor's decision."""
    return "".join(f'<button onclick="{choice}">{n}</button>' for n, choice in enumerate(choices))


def press(page: Page, number: int = 0) -> None:
    page.get_by_role("button", name=str(number), exact=True).click()


def test_nothing_leaves_a_strict_page_before_a_consent(
    shop: Recorder, context: BrowserContext, page: Page
) -> None:
    body = buttons("footfall.consent('granted', {text: 'May we?', version: '1', scope: 'all'})")
    page.goto(
        shop.serve_markup("/tea", STUB + "<script>footfall('early')</script>" + inline(shop), body)
    )
    page.evaluate("footfall('later'); history.pushState({}, '', '/coffee')")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert shop.asked == []
    assert page.evaluate(STORED) == NOTHING
    press(page)
    shop.wait(lambda: {"early", "later", "pageview"} <= {*shop.names} and shop.decisions)
    consent_id = page.evaluate("localStorage.footfall")
    assert re.fullmatch(ID, consent_id)
    assert {event["c"] for event in shop.events} == {consent_id}
    (decision,) = shop.decisions
    assert re.fullmatch(ID, decision.pop("id"))
    assert decision == {
        "site": "shop.example",
        "state": "granted",
        "how": "call",
        "text": "May we?",
        "version": "1",
        "scope": "all",
        "consent_id": consent_id,
    }
    assert context.cookies() == []


def test_the_next_page_of_who_agreed_is_counted_at_once(shop: Recorder, page: Page) -> None:
    url = shop.serve_markup("/tea", inline(shop), buttons("footfall.consent('granted')"))
    page.goto(url)
    press(page)
    shop.wait_for("pageview")
    page.goto(url + "?again")
    page.evaluate("footfall.consent('granted')")
    shop.wait_for("pageview", 2)
    assert len({event["c"] for event in shop.named("pageview")}) == 1
    # What is agreed to already is no news.
    assert len(shop.decisions) == 1


def test_a_new_version_of_the_text_is_a_new_decision_under_the_same_id(
    shop: Recorder, page: Page
) -> None:
    page.goto(shop.serve_markup("/tea", inline(shop)))
    for version in ("1", "1", "2"):
        page.evaluate("version => footfall.consent('granted', {version})", version)
    shop.wait(lambda: len(shop.decisions) == 2)
    shop.mark(page)
    assert [decision["version"] for decision in shop.decisions] == ["1", "2"]
    assert len({decision["consent_id"] for decision in shop.decisions}) == 1


@pytest.mark.parametrize("mode", ["strict", "consent"])
def test_a_withdrawal_deletes_the_id_and_is_told_with_it(
    shop: Recorder, page: Page, mode: str
) -> None:
    page.goto(shop.serve_markup("/tea", inline(shop, mode)))
    page.evaluate("footfall.consent('granted', {version: '1'})")
    shop.wait_for("pageview")
    receipt = page.evaluate("footfall.consent('withdrawn', {erase: true})")
    assert receipt["receipt"] == {"state": "withdrawn"}
    assert page.evaluate(STORED) == NOTHING
    page.evaluate("footfall('after'); history.pushState({}, '', '/coffee')")
    shop.mark(page)
    granted, withdrawn = shop.decisions
    assert withdrawn["consent_id"] == granted["consent_id"]
    assert withdrawn["erase"] is True
    after = [event for event in shop.events if event["n"] == "after"]
    # A strict page falls silent; another is counted on, without the id.
    assert [event.get("c") for event in after] == ([] if mode == "strict" else [None])


def test_a_consent_page_is_counted_without_an_id_until_one_is_granted(
    shop: Recorder, page: Page
) -> None:
    page.goto(shop.serve_markup("/tea", inline(shop, "consent")))
    assert "c" not in shop.wait_for("pageview")[0]
    assert page.evaluate(STORED) == NOTHING
    page.evaluate("footfall.consent('granted'); footfall('bought')")
    assert shop.wait_for("bought")[0]["c"] == page.evaluate("localStorage.footfall")


def test_an_early_consent_holds_for_the_first_pageview(shop: Recorder, page: Page) -> None:
    head = STUB + "<script>footfall((loaded) => loaded.consent('granted'))</script>"
    page.goto(shop.serve_markup("/tea", head + inline(shop, "consent")))
    assert shop.wait_for("pageview")[0]["c"] == page.evaluate("localStorage.footfall")


def test_a_refusal_by_hand_is_told_once_and_stores_nothing(shop: Recorder, page: Page) -> None:
    deny = "footfall.consent('denied', {version: '1'})"
    page.goto(shop.serve_markup("/tea", inline(shop), buttons(deny)))
    # A platform repeats what was refused on an earlier page.
    page.evaluate(deny)
    press(page)
    press(page)
    shop.wait(lambda: shop.decisions)
    shop.mark(page)
    (decision,) = shop.decisions
    assert decision["state"] == "denied"
    assert "consent_id" not in decision
    assert shop.names == ["mark"]
    assert page.evaluate(STORED) == NOTHING


def test_a_receipt_that_could_not_be_taken_is_sent_again_under_its_id(
    shop: Recorder, page: Page
) -> None:
    page.clock.install()
    shop.answers = [(503, {})]
    page.goto(shop.serve_markup("/tea", inline(shop, "consent")))
    shop.wait_for("pageview")
    shop.answers = [(503, {})]
    page.evaluate("footfall.consent('granted')")
    shop.wait(lambda: shop.decisions)
    page.clock.run_for(5_000)
    shop.wait(lambda: len(shop.decisions) == 2)
    assert shop.decisions[0] == shop.decisions[1]


@pytest.mark.parametrize(
    ("answer", "state"),
    [("answer(1, 8)", "granted"), ("answer(1, 7)", "denied"), ("answer()", "denied")],
)
def test_a_tcf_platform_is_heard(shop: Recorder, page: Page, answer: str, state: str) -> None:
    markup = TCF + inline(shop, more='data-cmp="tcf" data-version="7"')
    page.goto(shop.serve_markup("/tea", markup, buttons(answer)))
    assert shop.asked == []
    press(page)
    shop.wait(lambda: shop.decisions)
    (decision,) = shop.decisions
    told = (decision["state"], decision["how"], decision["scope"], decision["version"])
    assert told == (state, "tcf", "purposes 1 8", "7")
    if state == "granted":
        assert shop.wait_for("pageview")[0]["c"] == decision["consent_id"]
    else:
        shop.mark(page)
        assert shop.names == ["mark"]
        assert page.evaluate(STORED) == NOTHING


def test_a_tcf_platform_that_comes_later_asks_for_the_purposes_that_are_named(
    shop: Recorder, page: Page
) -> None:
    markup = inline(shop, more='data-cmp="tcf" data-purposes="1 7 9"') + TCF
    page.goto(
        shop.serve_markup(
            "/tea", markup, buttons("answer(1, 8, 9)", "answer(1, 7, 9)", "answer(1)")
        )
    )
    press(page, 1)
    shop.wait_for("pageview")
    press(page, 2)
    shop.wait(lambda: len(shop.decisions) == 2)
    assert [decision["state"] for decision in shop.decisions] == ["granted", "withdrawn"]
    assert page.evaluate(STORED) == NOTHING


def test_where_the_gdpr_does_not_apply_nobody_was_asked(shop: Recorder, page: Page) -> None:
    tcf = TCF.replace("gdprApplies: true", "gdprApplies: false")
    page.goto(
        shop.serve_markup(
            "/tea", tcf + inline(shop, more='data-cmp="tcf"'), buttons("answer(1, 8)")
        )
    )
    press(page)
    shop.mark(page)
    assert shop.names == ["mark"]


@pytest.mark.parametrize("is_first", [True, False])
def test_googles_consent_mode_is_heard_and_its_default_is_no_decision(
    shop: Recorder, page: Page, is_first: bool
) -> None:
    parts = [GCM, inline(shop, more='data-cmp="gcm"')]
    markup = "".join(parts if is_first else reversed(parts))
    page.goto(shop.serve_markup("/tea", markup, buttons("answer('granted')", "answer('denied')")))
    assert shop.asked == []
    press(page, 0)
    shop.wait_for("pageview")
    press(page, 1)
    shop.wait(lambda: len(shop.decisions) == 2)
    told = [(each["state"], each["how"], each["scope"]) for each in shop.decisions]
    assert told == [(state, "gcm", "analytics_storage") for state in ("granted", "withdrawn")]
    assert page.evaluate(STORED) == NOTHING
    # The page's own layer has all that was pushed.
    assert page.evaluate("dataLayer.length") == 4


def test_an_opt_out_takes_a_consent_back_and_outlasts_the_next(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve_markup("/tea", inline(shop)))
    page.evaluate("footfall.consent('granted', {version: '1'})")
    shop.wait_for("pageview")
    page.evaluate("footfall.optOut()")
    page.evaluate("footfall.consent('granted'); footfall('bought')")
    shop.mark(page)
    assert "bought" not in shop.names
    assert page.evaluate("({...localStorage})") == {"footfall": "out"}
    assert [decision["state"] for decision in shop.decisions] == ["granted", "withdrawn"]


def test_opting_in_again_works_before_the_beacon_came(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve_markup("/tea", inline(shop)))
    page.evaluate("footfall.optOut(); footfall.optIn(); footfall.consent('granted')")
    shop.wait_for("pageview")


def test_a_file_works_as_the_inlined_script_does(shop: Recorder, page: Page) -> None:
    tag = (
        f'<script defer src="{shop.collector}/beacon-consent.js" data-site="shop.example"'
        ' data-consent="strict" data-exclude="/admin"></script>'
    )
    page.goto(shop.serve_markup("/tea", tag))
    assert shop.asked == ["GET /beacon-consent.js"]
    page.evaluate("footfall.consent('granted')")
    shop.wait_for("pageview")
    assert "GET /beacon.strict.js" in shop.asked


def test_a_policy_with_a_nonce_lets_the_beacon_come(shop: Recorder, page: Page) -> None:
    shop.page_headers = {
        "Content-Security-Policy": "default-src 'none'; connect-src *; script-src 'nonce-n'"
    }
    page.goto(shop.serve_markup("/tea", inline(shop, "consent", 'nonce="n"')))
    shop.wait_for("pageview")


def test_a_page_is_not_harmed_where_storage_is_refused(
    shop: Recorder, context: BrowserContext, page: Page
) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('refused') }})"
    )
    page.goto(shop.serve_markup("/tea", inline(shop)))
    page.evaluate("footfall.consent('granted')")
    shop.mark(page)
    # Without an id a strict page stays silent.
    assert shop.names == ["mark"]
    assert shop.decisions == []
    assert errors == []
