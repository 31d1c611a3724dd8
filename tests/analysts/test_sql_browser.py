"""Promise: the page for SQL works with a keyboard, without script, on a phone and for everyone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.analysts.conftest import ShopServer
from tests.analysts.shop_rows import NOW
from tests.axe import violations
from tests.dashboard.serve import PASSWORD


@pytest.fixture
def faults() -> list[str]:
    return []


@pytest.fixture
def context(browser: Browser, shop: ShopServer, faults: list[str]) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=shop.url, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(30_000)
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    yield context
    context.close()
    # A refused question is an answer of status 400, which the browser tells of.
    assert [fault for fault in faults if "status of 400" not in fault] == []


def opened(context: BrowserContext, target: str) -> Page:
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("Email").fill("analyst@shop.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(target)
    return page


def answer(page: Page) -> None:
    page.get_by_role("button", name="Ask", exact=True).click()
    page.locator("#result-size, #result [role=alert]").first.wait_for()


def accept(page: Page, completed: str) -> None:
    """Take what the editor offers; its list takes no key in its first 75 ms."""
    editor = page.get_by_role("textbox", name="Question in SQL")
    for _ in range(100):
        page.get_by_role("option").first.wait_for()
        page.keyboard.press("Enter")
        if completed in editor.inner_text():
            return
        # It was a new line.
        page.keyboard.press("Backspace")
        page.keyboard.press("Control+Space")
    raise AssertionError(editor.inner_text())


def test_the_editor_knows_what_is_read_and_fills_days_in(context: BrowserContext) -> None:
    page = opened(context, "/sql")
    editor = page.get_by_role("textbox", name="Question in SQL")
    with page.expect_response("**/sql/names"):
        page.reload()
    editor.click()
    page.keyboard.type("SELECT count() FROM sessions AS visits WHERE visits.entry")
    page.get_by_role("option").filter(has_text="entry_path").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+A")
    page.keyboard.type("SELECT count() FROM daily WHERE visit")
    first = page.get_by_role("option").first
    expect(first).to_have_text("visitorsUInt64")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+A")
    page.keyboard.type("SELECT {since:Date}, {until:Date}, {more:UInt8}")
    page.keyboard.press("Escape")
    # Four weeks up to the day of the test's clock.
    expect(page.locator("[name=param_since]")).to_have_value(str(NOW.date() - timedelta(days=28)))
    expect(page.locator("[name=param_until]")).to_have_value(str(NOW.date()))
    page.get_by_label("What are the answers for?").fill("Weekly report")
    page.get_by_role("button", name="Ask", exact=True).click()
    # An empty number is told beside its field, and nothing is asked.
    expect(page.locator("[name=param_more]")).to_be_focused()
    page.locator("[name=param_more]").fill("7")
    answer(page)
    expect(page.locator(".sql-table td").last).to_have_text("7")


def test_a_misspelt_function_is_told_with_the_one_that_is_meant(context: BrowserContext) -> None:
    page = opened(context, "/sql")
    editor = page.get_by_role("textbox", name="Question in SQL")
    editor.click()
    page.keyboard.type("SELECT cuont() FROM events")
    page.keyboard.press("Escape")
    page.get_by_label("What are the answers for?").fill("Weekly report")
    answer(page)
    expect(page.locator("#result [role=alert]")).to_contain_text("did you mean count?")


def test_where_a_question_cannot_be_read_is_selected(context: BrowserContext) -> None:
    page = opened(context, "/sql")
    page.get_by_label("What are the answers for?").fill("Weekly report")
    page.get_by_role("textbox", name="Question in SQL").click()
    page.keyboard.type("SELECT 'ə',\npath FROM events WHERR path = '/'")
    page.keyboard.press("Escape")
    answer(page)
    expect(page.locator("#result [role=alert]")).to_contain_text("Syntax error")
    page.keyboard.type("!")
    # What the engine could not read has been typed over.
    expect(page.get_by_role("textbox", name="Question in SQL")).to_contain_text(
        "FROM events WHERR ! = '/'"
    )


def test_a_question_is_written_completed_asked_and_opened_again(context: BrowserContext) -> None:
    page = opened(context, "/sql")
    page.get_by_label("What are the answers for?").fill("Weekly report")
    editor = page.get_by_role("textbox", name="Question in SQL")
    with page.expect_response("**/sql/names"):
        page.reload()
    page.get_by_label("What are the answers for?").fill("Weekly report")
    editor.click()
    page.keyboard.type("SELECT uniqExac")
    accept(page, "uniqExact(")
    page.keyboard.type("visitor")
    page.keyboard.press("Escape")
    page.keyboard.press("End")
    page.keyboard.type(" AS people FROM events WHERE site = {site:String}")
    page.keyboard.press("Escape")
    expect(page.locator("[name=param_site]")).to_have_value("shop.example")
    page.keyboard.press("Control+Enter")
    # Ten on each of two days.
    expect(page.locator(".sql-table td")).to_have_text("20")
    page.reload()
    expect(editor).to_contain_text("uniqExact(visitor) AS people")


def test_typing_over_a_selection_keeps_to_the_policy(context: BrowserContext) -> None:
    page = opened(context, "/sql?example=goals")
    editor = page.get_by_role("textbox", name="Question in SQL")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("SELECT 1")
    expect(editor).to_have_text("SELECT 1")


def test_the_line_is_drawn_and_a_refusal_is_said(context: BrowserContext) -> None:
    page = opened(context, "/sql?example=visitors_by_day")
    page.get_by_label("What are the answers for?").fill("Weekly report")
    answer(page)
    plot = page.get_by_role("img", name="visitors by day. Highest: Thu 19 Nov, 10.")
    expect(plot).to_be_visible()
    page.get_by_role("textbox", name="Question in SQL").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("SELECT 1 FROM users")
    page.keyboard.press("Escape")
    answer(page)
    expect(page.get_by_role("alert")).to_contain_text("the table users is not allowed here")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(context: BrowserContext, scheme: str) -> None:
    page = opened(context, "/sql?example=conversion_by_channel")
    page.emulate_media(
        color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce"
    )
    page.get_by_label("What are the answers for?").fill("Weekly report")
    answer(page)
    assert violations(page) == []


def test_it_does_not_scroll_sideways_on_a_small_phone(context: BrowserContext) -> None:
    page = opened(context, "/sql?example=funnel")
    page.set_viewport_size({"width": 320, "height": 640})
    page.get_by_label("What are the answers for?").fill("Weekly report")
    answer(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_without_script_it_is_a_form(browser: Browser, shop: ShopServer) -> None:
    context = browser.new_context(base_url=shop.url, java_script_enabled=False)
    page = opened(context, "/sql?example=abandoned_carts")
    page.get_by_label("What are the answers for?").fill("Weekly report")
    answer(page)
    row = page.locator(".sql-table tbody tr").first.locator("td")
    assert row.all_text_contents() == ["2026-11-19", "5", "3", "60"]
    page.get_by_role("link", name="Cities for delivery").click()
    expect(page.get_by_role("textbox", name="Question in SQL")).to_contain_text("city")
    context.close()
