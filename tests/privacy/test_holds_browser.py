"""In a browser an owner counts, begins and ends a hold, on a desk and on a phone without script."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from collector.journal.wishes import append_wish
from privacy.records import RowRecord
from schema import Site, Store, save_site
from tests.axe import violations
from tests.collector.journals import NOON, minute
from tests.dashboard.serve import PASSWORD, add_user, an_app, serving
from tests.privacy.shop import SITE, Shop, a_view

OWNER = "owner@mail.example"
DAY = NOON.date()


def check_page(page: Page, width: int, *, has_script: bool) -> None:
    """Look for what keeps somebody from using the page."""
    if has_script:
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    ("width", "scheme", "has_script"),
    [(1280, "light", True), (390, "dark", True), (390, "light", False)],
)
def test_an_owner_begins_and_ends_a_hold(
    embedded_store: Store,
    browser: Browser,
    tmp_path: Path,
    width: int,
    scheme: str,
    has_script: bool,
) -> None:
    save_site(embedded_store, Site(name=SITE))
    add_user(embedded_store, OWNER)
    shop = Shop(embedded_store, tmp_path)
    with ThreadPoolExecutor(1) as pool:
        # The browser's own loop runs in this thread; a journal wants one, too.
        pool.submit(shop.take, a_view(0, 1, "/cart"), a_view(1, 2, "/shoes")).result()

    def wish(record: RowRecord) -> None:
        append_wish(shop.root, record)
        shop.catch_up()

    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=has_script,
        reduced_motion="reduce",
    )
    with serving(an_app(shop.store, tmp_path, lambda: minute(60), wish=wish)) as url:
        page = context.new_page()
        page.goto(f"{url}/login")
        page.fill("[name=email]", OWNER)
        page.fill("[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.goto(f"{url}/privacy/requests")
        page.get_by_role("link", name="Holds").first.click()
        check_page(page, width, has_script=has_script)
        page.get_by_label("First day of the rows").fill(DAY.isoformat())
        page.get_by_label("Last day of the rows").fill(DAY.isoformat())
        page.get_by_label("Filters, one a line").fill("page:is:/cart")
        page.get_by_label("Reason").fill("card testing")
        page.get_by_label("Last day of the hold").fill((DAY + timedelta(days=5)).isoformat())
        page.get_by_role("button", name="Count the rows").click()
        expect(page.get_by_text("Rows that it would take: 1.")).to_be_visible()
        check_page(page, width, has_script=has_script)
        page.get_by_role("button", name="Hold these rows").click()
        expect(page.get_by_text("5 days left")).to_be_visible()
        check_page(page, width, has_script=has_script)
        assert shop.paths() == ["/shoes"]
        page.get_by_label("Why it ends").fill("case closed")
        page.get_by_role("button", name="End it").click()
        expect(page.get_by_text("0 active")).to_be_visible()
        assert shop.paths() == ["/cart", "/shoes"]
    context.close()
