"""The pages beside the figures can be read and worked by everybody, in each theme and width."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page

from privacy.audit import AuditLog
from schema import Site, Store, save_site
from tests.axe import violations
from tests.dashboard.build_rows import SITE, a_store, event_row, insert_rows
from tests.dashboard.serve import PASSWORD, add_user, an_app, serving

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OWNER = "leyla@shop.example"
OTHER_SITE = "other.example"
OTHER_OWNER = "rauf@other.example"
LOOKS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark"), (320, "light")]
PAGES = {
    "inbox": "/privacy/requests",
    "holds": "/privacy/holds",
    "audit": "/audit",
    "audit, no match": "/audit?action=none",
    "export": f"/sites/{SITE}/export",
    "sql": "/sql",
    "account": "/account",
    "second factor": "/account/second-factor",
    "password": "/account/password",
    "unreadable address": "/audit?page=x",
    "not found": "/nowhere",
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a dashboard that has something to show to the owner of one site."""
    path = tmp_path_factory.mktemp("staff")
    with a_store(path / "db", Site(name=SITE)) as store:
        save_site(store, Site(name=OTHER_SITE))
        insert_rows(store, [event_row(NOW, starts=True)])
        add_user(store, OWNER, sites=(SITE,))
        add_user(store, OTHER_OWNER, sites=(OTHER_SITE,))
        add_letters(store)
        add_records(store)
        with serving(an_app(store, path, lambda: NOW)) as found:
            yield found


@pytest.fixture(scope="module")
def page(url: str, browser: Browser) -> Iterator[Page]:
    """Return the browser of an owner who has something to look at."""
    with signed_in(url, browser, OWNER) as found:
        yield found


@contextmanager
def signed_in(url: str, browser: Browser, email: str) -> Iterator[Page]:
    context = browser.new_context(base_url=url, reduced_motion="reduce")
    found = context.new_page()
    found.goto("/login")
    found.get_by_label("Email").fill(email)
    found.get_by_label("Password").fill(PASSWORD)
    found.keyboard.press("Enter")
    found.wait_for_url("**/sites/**")
    yield found
    context.close()


def add_letters(store: Store) -> None:
    """Add requests that are open, overdue and answered, with the longest words people write."""
    columns = ("id", "site", "kind", "state", "asked_at", "due", "contact", "message", "notes",
               "changed_at")  # fmt: skip
    texts = ("What do you hold about me?", "m\u0259lumatlar\u0131m\u0131z" * 12, "")
    for number, (state, text) in enumerate(zip(("open", "open", "done"), texts, strict=True)):
        due = NOW.date() + timedelta(days=10 * number - 5)
        contact = f"{'a' * 60}@mail.example" if number else ""
        notes = "2026-11-20 12:00 UTC, done: answered by letter" if state == "done" else ""
        row = [UUID(int=number + 1), SITE, "complaint", state, NOW, due, contact, text, notes, NOW]
        store.insert("privacy_requests", columns, [row])


def add_records(store: Store) -> None:
    log = AuditLog(store, clock=lambda: NOW)
    for number in range(60):
        actor = str(UUID(int=number % 3)) if number % 2 else "cli"
        log.record(
            actor=actor, action="export", site=SITE, rows=number * 1_000, purpose="Weekly report",
            detail="SELECT " + "path, " * 60,
        )  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(page: Page, name: str) -> None:
    page.goto(PAGES[name])
    check(page)


def test_an_empty_inbox_is_one_too(url: str, browser: Browser) -> None:
    with signed_in(url, browser, OTHER_OWNER) as page:
        page.goto("/privacy/requests")
        assert "Nobody has asked anything" in page.locator("main").inner_text()
        check(page)


@pytest.mark.parametrize("name", PAGES)
def test_all_that_can_be_used_is_reached_by_keyboard_and_shows_the_focus(
    page: Page, name: str
) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(PAGES[name])
    wanted = set(page.evaluate(MARK))
    reached = set()
    for _ in range(2 * len(wanted) + 60):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED)
        if found is None:
            break
        mark, has_ring, html = found
        assert has_ring, html
        reached.add(mark)
    assert wanted <= reached


def check(page: Page) -> None:
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        # Colours that pass into each other are none of either theme's.
        page.wait_for_function("document.getAnimations().length === 0")
        assert violations(page) == [], (width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(COLUMNS_OF_WORDS) == []


# Sentences with hardly more than a word to the line.
COLUMNS_OF_WORDS = """() => [...document.querySelectorAll("main p")]
  .filter(each => each.checkVisibility() && each.textContent.length > 60 && each.clientWidth < 200)
  .map(each => each.textContent)"""
# Numbers what is shown in the page and can be used; one of a group of radio buttons stands for it.
MARK = """() => [...document.querySelectorAll(
    "main a[href], main button, main summary, main select, main textarea, main [tabindex='0'],"
    + "main input:not([type=hidden])")]
  .filter(each => each.checkVisibility() && !each.disabled &&
          !(each.type === "radio" && !each.checked))
  .map((each, index) => each.dataset.mark = String(index))"""
FOCUSED = """() => {
  const at = document.activeElement;
  if (at === document.body) return null;
  const boxes = [at, at.parentElement, at.closest("label"), at.nextElementSibling].filter(Boolean);
  const hasRing = boxes.some(each => {
    const style = getComputedStyle(each);
    return (style.outlineStyle !== "none" && style.outlineWidth !== "0px")
      || style.boxShadow !== "none";
  });
  return [at.dataset.mark ?? "", hasRing, at.outerHTML.slice(0, 160)];
}"""
