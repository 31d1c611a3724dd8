"""In a browser a person turns the second factor on, signs in with it, and turns it off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.signin.codes import STEP_S
from schema import Site
from tests.axe import violations
from tests.dashboard.build_rows import SITE, a_store
from tests.dashboard.serve import PASSWORD, add_user, an_app, serving

OWNER = "leyla@shop.example"
SizeAndScheme = tuple[int, str]


@pytest.fixture(params=[(1280, "light"), (390, "dark")])
def looked(request: pytest.FixtureRequest) -> SizeAndScheme:
    """Return a window's width and what it prefers."""
    found: SizeAndScheme = request.param
    return found


def test_it_goes_on_is_asked_for_and_goes_off(
    tmp_path: Path, browser: Browser, looked: SizeAndScheme
) -> None:
    width, scheme = looked
    later = [datetime.now(UTC)]
    with a_store(tmp_path / "db", Site(name=SITE)) as store:
        add_user(store, OWNER)
        app = an_app(store, tmp_path, lambda: later[0])
        with serving(app) as url:
            context = browser.new_context(
                base_url=url,
                viewport={"width": width, "height": 800},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            complaints: list[str] = []
            page = context.new_page()
            page.on("console", lambda message: complaints.append(message.text))
            walk(page, lambda: later[0], lambda: move(later))
            context.close()
    # The browser says it of each answer that refuses: here of one wrong code.
    assert [text for text in complaints if "401" not in text] == []


def move(later: list[datetime]) -> None:
    later[0] += timedelta(seconds=STEP_S)


def walk(page: Page, now: Callable[[], datetime], pass_by: Callable[[], None]) -> None:
    page.goto("/login")
    page.get_by_label("Email").fill(OWNER)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sites/**")
    page.goto("/account")
    check(page)
    press(page, "Turn on")

    secret = page.locator("#secret").inner_text().replace(" ", "")
    check(page)
    # What a telephone reads is as wide as a thumb, dark on light in any theme.
    square = page.locator(".qr svg")
    assert square.bounding_box()["width"] >= 150  # type: ignore[index]
    assert square.locator("path").first.get_attribute("fill") == "#fff"
    page.get_by_label("The 6 digits that the app shows").fill(pyotp.TOTP(secret).at(now()))
    page.get_by_label("Your password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#codes").wait_for()
    codes = page.locator("#codes").inner_text().splitlines()
    assert len(codes) == 10
    check(page)

    page.locator(".account").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Email").fill(OWNER)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/login/code")
    # The field has the focus: nothing but the digits is to be typed.
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("4 tries left")
    check(page)
    pass_by()
    page.keyboard.type(pyotp.TOTP(secret).at(now()))
    page.keyboard.press("Enter")
    page.wait_for_url("**/sites/**")

    page.goto("/account")
    expect(page.locator("main")).to_contain_text("10 of your recovery codes are unused")
    page.get_by_text("Turn off, or move to another telephone").click()
    check(page)
    form = page.locator("form[action$='/off']")
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_label("Code").fill(codes[0])
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Turn on").wait_for()


def press(page: Page, name: str) -> None:
    """Go to a link by Tab alone, see that the focus shows, and follow it."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            page.keyboard.press("Enter")
            page.wait_for_load_state()
            return
    raise AssertionError(f"Tab does not reach {name!r}")


def check(page: Page) -> None:
    """Raise when axe finds something, or the page is wider than its window."""
    assert violations(page) == []
    width = page.viewport_size["width"]  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth") == width
