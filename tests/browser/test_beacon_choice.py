"""Promise: the browser keeps nothing unless the visitor wishes it, and keeps to what they chose."""

import re

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page

from tests.browser.recorder import Recorder

STORED = """async () => ({
    cookie: document.cookie, local: {...localStorage}, session: {...sessionStorage},
    databases: await indexedDB.databases(), caches: await caches.keys() })"""
NOTHING = {"cookie": "", "local": {}, "session": {}, "databases": [], "caches": []}
STUB = (
    "<script>window.footfall=window.footfall||"
    "function(){(footfall.q=footfall.q||[]).push(arguments)}</script>"
)


def test_nothing_is_stored_by_default(shop: Recorder, context: BrowserContext, page: Page) -> None:
    page.goto(shop.serve("/tea", '<a href="#x" data-event="x">x</a>', script="beacon.all.js"))
    page.click("a")
    page.evaluate("history.pushState({}, '', '/coffee'); footfall.optIn()")
    shop.wait_for("pageview", 2)
    assert page.evaluate(STORED) == NOTHING
    assert context.cookies() == []


def test_after_opting_out_nothing_is_sent_on_any_page(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea"))
    shop.wait_for("pageview")
    page.evaluate("footfall.optOut()")
    page.evaluate("footfall('bought', {callback: answer => { window.answer = [answer.status] }})")
    page.wait_for_function("window.answer")
    assert page.evaluate("answer") == [None]
    page.goto(shop.serve("/coffee"))
    page.evaluate("footfall('bought'); history.pushState({}, '', '/milk')")
    shop.mark(page)
    assert shop.names == ["pageview", "mark"]
    assert page.evaluate("({...localStorage})") == {"footfall": "out"}


def test_opting_in_again_clears_the_flag(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea"))
    page.evaluate("footfall.optOut(); footfall.optIn(); footfall('bought')")
    shop.wait_for("bought")
    assert page.evaluate(STORED) == NOTHING


def test_opting_out_ends_a_resend(shop: Recorder, page: Page) -> None:
    page.clock.install()
    shop.answers = [(503, {})]
    page.goto(shop.serve("/tea"))
    shop.wait_for("pageview")
    page.evaluate("footfall('bought'); footfall.optOut()")
    page.clock.run_for(60_000)
    shop.mark(page)
    page.goto("about:blank")
    assert shop.names == ["pageview", "mark"]


@pytest.mark.parametrize(
    ("answers_yes", "names"), [(True, ["mark"]), (False, ["pageview", "mark"])]
)
def test_the_opt_out_link_asks_before_anything_is_sent(
    shop: Recorder, page: Page, answers_yes: bool, names: list[str]
) -> None:
    questions = []

    def answer(dialog: Dialog) -> None:
        questions.append(dialog.message)
        dialog.accept() if answers_yes else dialog.dismiss()

    page.on("dialog", answer)
    page.goto(shop.serve("/tea") + "#footfall=optout")
    shop.mark(page)
    assert questions == ["Statistics: opt out?"]
    assert shop.names == names


def test_the_opt_in_link_asks_and_takes_the_opt_out_back(shop: Recorder, page: Page) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(shop.serve("/tea") + "#footfall=optout")
    page.goto(shop.serve("/coffee") + "#footfall=optin")
    (pageview,) = shop.wait_for("pageview")
    assert pageview["u"] == shop.origin + "/coffee"
    assert page.evaluate(STORED) == NOTHING


def test_a_page_is_counted_where_storage_is_refused(
    shop: Recorder, context: BrowserContext, page: Page
) -> None:
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('refused') }})"
    )
    page.goto(shop.serve("/tea", script="beacon.all.js"))
    page.evaluate("footfall.optOut(); footfall('bought')")
    shop.wait_for("bought")
    assert shop.names == ["pageview", "bought"]


def test_consent_gives_an_id_that_lasts_and_withdrawal_ends_it(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea", script="beacon.consent.js"))
    page.evaluate("footfall.consent('granted'); footfall('one')")
    page.goto(shop.serve("/coffee", script="beacon.consent.js"))
    page.evaluate("footfall.consent('granted'); footfall('two')")
    shop.wait_for("two")
    page.evaluate("footfall.consent('withdrawn'); footfall('three')")
    shop.wait_for("three")
    ids = [event.get("c") for event in shop.events if event["n"] != "engagement"]
    assert ids[0] is None
    assert re.fullmatch(r"\d{1,10}(-\d{1,10}){3}", str(ids[1]))
    assert ids[1:4] == [ids[1]] * 3
    assert ids[4] is None
    assert page.evaluate(STORED) == NOTHING


def test_a_resend_after_the_withdrawal_carries_no_consent_id(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea", script="beacon.consent.js"))
    shop.wait_for("pageview")
    shop.answers = [(503, {})]
    page.evaluate("footfall.consent('granted'); footfall('bought')")
    shop.wait_for("bought")
    page.evaluate("footfall.consent('withdrawn')")
    first, second = shop.wait_for("bought", 2)
    assert first["c"]
    assert "c" not in second
    assert first["id"] == second["id"]


def test_denied_stores_nothing(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea", script="beacon.consent.js"))
    page.evaluate("footfall.consent('denied'); footfall('bought')")
    assert "c" not in shop.wait_for("bought")[0]
    assert page.evaluate(STORED) == NOTHING


def test_an_opt_out_forgets_the_consent_id_and_outlasts_a_consent(
    shop: Recorder, page: Page
) -> None:
    page.goto(shop.serve("/tea", script="beacon.consent.js"))
    page.evaluate("footfall.consent('granted'); footfall.optOut(); footfall.consent('granted')")
    assert page.evaluate("localStorage.footfall") == "out"


def test_a_script_without_the_feature_takes_the_call_and_stores_nothing(
    shop: Recorder, page: Page
) -> None:
    page.goto(shop.serve("/tea"))
    page.evaluate("footfall.consent('granted'); footfall('bought')")
    assert "c" not in shop.wait_for("bought")[0]
    assert page.evaluate(STORED) == NOTHING


def test_choices_made_before_the_script_came_hold_for_the_first_pageview(
    shop: Recorder, page: Page
) -> None:
    head = STUB + "<script>footfall(f => f.consent('granted')); footfall('early')</script>"
    page.goto(shop.serve("/tea", head=head, script="beacon.consent.js"))
    shop.wait_for("early")
    assert shop.names == ["pageview", "early"]
    assert shop.events[0]["c"]
    assert shop.events[0]["c"] == shop.events[1]["c"]
    page.goto("about:blank")
    shop.wait_for("engagement")
    page.goto(shop.serve("/out", head=STUB + "<script>footfall(f => f.optOut())</script>"))
    shop.mark(page)
    assert shop.names == ["pageview", "early", "engagement", "mark"]
