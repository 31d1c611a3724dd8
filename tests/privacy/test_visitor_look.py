"""The visitor's pages can be read and worked by everybody, in each language, theme and width."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from collector.rights.page.words import LANGUAGES
from tests.axe import violations
from tests.build import CHROME
from tests.faults.load import wait_until_counted
from tests.installation import Installation, installation
from tests.privacy.visitor import SITE, Visitor, page_id, wait_until_stored

EVERY_LOOK = ((1280, "light"), (1280, "dark"), (390, "light"), (390, "dark"))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("look") / "data") as found:
        found.command("site", "add", SITE)
        wait_until_counted(found)
        for number in range(len(LANGUAGES) + 1):
            with Visitor(found.public, address_of(number)) as visitor:
                visitor.view("/qis-endirimi/qadin-etirleri/qizilgul-edp-50-ml", page=number + 1)
        wait_until_stored(found.data)
        yield found


def address_of(number: int) -> str:
    return f"198.51.105.{number + 1}"


def a_context(browser: Browser, number: int, language: str) -> BrowserContext:
    """Return the browser of one visitor, whom no other one's calls count against."""
    return browser.new_context(
        user_agent=CHROME,
        locale=language,
        extra_http_headers={"x-forwarded-for": address_of(number)},
    )


def shown(page: Page, running: Installation, number: int) -> Iterator[str]:
    """Yield the name of each page and each state of it, while it is shown."""
    own = f"{running.public}/privacy/{SITE}"
    page.goto(own)
    yield "page"
    open_all(page)
    yield "forms"
    ask = page.locator("details", has=page.locator("input[value=ask]"))
    ask.locator("textarea").fill("?")
    ask.locator("form button").click()
    yield "asked"
    page.goto(own)
    show = page.locator("details", has=page.locator("input[value=show]"))
    show.locator("summary").click()
    show.locator("input[name=claim]").fill(f"page={page_id(number + 1)}")
    show.locator("form button").click()
    page.locator(".grid").wait_for()
    yield "events"
    object_ = page.locator("form", has=page.locator("input[value=object]"))
    object_.locator("button").click()
    yield "objected"
    page.goto(own)
    erase = page.locator("details", has=page.locator("input[value=erase]"))
    erase.locator("summary").click()
    erase.locator("form button").click()
    page.locator("#download").wait_for()
    yield "receipt"
    page.goto(f"{running.public}/privacy/nowhere.example")
    # In another language it says the same, and sends nobody round in circles.
    assert page.locator("nav a").first.get_attribute("href") == "/privacy/nowhere.example?lang=az"
    assert page.locator("main p a").count() == 0
    yield "unknown"
    page.goto(f"{own}/notice")
    yield "notice"


def open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_and_no_page_is_wider_than_its_window(
    running: Installation, browser: Browser, language: str
) -> None:
    number = LANGUAGES.index(language)
    context = a_context(browser, number, language)
    page = context.new_page()
    names = []
    for name in shown(page, running, number):
        names.append(name)
        assert page.locator("html").get_attribute("lang") == language
        for look in looks(page, language):
            check(page, f"{name} {look}")
    context.close()
    assert len(names) == 8


def looks(page: Page, language: str) -> Iterator[str]:
    """Give the page widths and themes, and yield which: each width and each theme in any language.

    Colours are the same in all, so that English alone shows each width in each theme.
    """
    for width, scheme in EVERY_LOOK if language == "en" else EVERY_LOOK[::3]:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        yield f"{width} {scheme}"


def check(page: Page, look: str) -> None:
    assert violations(page) == [], look
    width = page.viewport_size["width"]  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth") == width, look
    # Nothing is cut where it cannot be scrolled to.
    cut = page.evaluate(
        """() => [...document.querySelectorAll("main *:not(input)")].filter(each =>
             each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0 &&
             !["auto", "scroll"].includes(getComputedStyle(each).overflowX) &&
             getComputedStyle(each).display !== "inline")
           .map(each => each.outerHTML.slice(0, 120))"""
    )
    assert cut == [], look


def test_each_form_is_reached_by_keyboard_and_shows_the_focus(
    running: Installation, browser: Browser
) -> None:
    context = a_context(browser, len(LANGUAGES), "en")
    page = context.new_page()
    page.goto(f"{running.public}/privacy/{SITE}")
    open_all(page)
    wanted = page.evaluate(
        "[...document.querySelectorAll('summary, main button, main input:not([type=hidden]),"
        " main select, main textarea, main a')].length"
    )
    reached = []
    for _ in range(200):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => {
              const at = document.activeElement;
              if (at === document.body) return null;
              const style = getComputedStyle(at);
              const hasRing = style.outlineStyle !== "none" && style.outlineWidth !== "0px";
              return [!!at.closest("main"), hasRing, at.outerHTML.slice(0, 120)];
            }"""
        )
        if found is None:
            break
        in_main, has_ring, html = found
        assert has_ring, html
        if in_main:
            reached.append(html)
    assert len(reached) == wanted
    context.close()
