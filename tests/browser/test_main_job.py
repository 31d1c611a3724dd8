"""The main job: what a visitor does shows live in the dashboard, equals SQL, and is theirs to see.

How soon is printed (`pytest -s`); on two idle cores each step shows within two seconds.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Response, expect

from tests.browser.conftest import ARGUMENTS
from tests.chromium import chromium
from tests.installation import Installation, installation
from tests.read_store import read_store

# A limit on the wait, for a machine that does other work, too.
SEEN_WITHIN_MS = 20_000
PASSWORD = "a password for this test"

# A visitor's browser does not say that a program drives it; one that does is left out.
VISITOR = ["--disable-blink-features=AutomationControlled"]
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path / "data", "--demo") as running:
        yield running


@pytest.fixture
def visitor() -> Iterator[BrowserContext]:
    """Return one browser for the shop and the dashboard, as an owner would try them."""
    with chromium(*ARGUMENTS, *VISITOR) as browser:
        yield browser.new_context(
            user_agent=AGENT, timezone_id="Asia/Baku", viewport={"width": 1280, "height": 900}
        )


def test_a_walk_through_the_shop_shows_in_the_dashboard_and_equals_sql(
    demo: Installation, visitor: BrowserContext, tmp_path: Path
) -> None:
    dashboard = _sign_in(demo, visitor)
    shop = visitor.new_page()
    delays_s = [_walk(step, shop, demo, dashboard) for step in _STEPS]
    # Leaving sends the last page's engagement, so that nothing more comes after.
    shop.close()
    shown = _settled_figures(dashboard)
    demo.process.terminate()
    demo.process.wait(timeout=15)

    sys.stdout.write(f"seconds from each 202 to the live panel: {delays_s}\n")
    assert shown == _figures_of_sql(tmp_path / "data")
    assert _purchases_of_sql(tmp_path / "data") == [["48.5000", "AZN"]]


def test_the_shops_link_to_the_privacy_page_shows_the_page_it_came_from(
    demo: Installation, visitor: BrowserContext
) -> None:
    shop = visitor.new_page()
    with shop.expect_response(_is_pageview):
        _home(shop, demo.public)
    with shop.expect_response(_is_pageview):
        _category(shop, demo.public)
    shop.get_by_role("link", name="See and erase").click()
    shop.get_by_text("See the pages").click()
    shown = shop.locator(".grid")
    deadline_s = time.monotonic() + SEEN_WITHIN_MS / 1000
    while not shown.is_visible() and time.monotonic() < deadline_s:
        # What was sent just now may be on its way to the store.
        shop.locator("details[open]").get_by_role("button", name="Show").click()
    # One page is proved by its id, and the one before it is not.
    assert "/demo/uniseks-etirler" in shown.inner_text()
    assert shown.locator("tbody tr").count() == 1


def _home(shop: Page, url: str) -> str:
    shop.goto(f"{url}/demo/")
    return "/demo/"


def _category(shop: Page, _: str) -> str:
    shop.get_by_role("link", name="For everyone").first.click()
    return "/demo/uniseks-etirler"


def _product(shop: Page, _: str) -> str:
    shop.get_by_role("link", name="Black Pomegranate").first.click()
    return "/demo/etir/qara-nar-50-ml"


def _cart(shop: Page, _: str) -> str:
    shop.get_by_role("button", name="Add to cart").click()
    shop.get_by_role("link", name="See the cart").click()
    return "/demo/sebet"


def _checkout(shop: Page, _: str) -> str:
    shop.get_by_role("link", name="To checkout").click()
    return "/demo/odenis"


def _order(shop: Page, _: str) -> str:
    shop.get_by_label("Name").fill("Invented Person")
    shop.get_by_label("Phone").fill("+994 50 555 01 00")
    shop.get_by_label("Street and flat").fill("1 Example street")
    shop.get_by_role("button", name="Place the order").click()
    return "/demo/tesekkur"


_STEPS = (_home, _category, _product, _cart, _checkout, _order)


def _walk(step: object, shop: Page, demo: Installation, dashboard: Page) -> float:
    """Take one step in the shop; return the seconds from its 202 to the live panel's row."""
    assert callable(step)
    with shop.expect_response(_is_pageview) as answered:
        path = step(shop, demo.public)
    assert answered.value.status == 202
    assert "x-footfall-dropped" not in answered.value.headers
    begun_s = time.monotonic()
    row = dashboard.locator(f"#live [data-live-rows] tr[data-path='{path}']")
    expect(row).to_be_visible(timeout=SEEN_WITHIN_MS)
    return round(time.monotonic() - begun_s, 2)


def _is_pageview(response: Response) -> bool:
    sent = response.request.post_data or ""
    return response.url.endswith("/api/event") and '"pageview"' in sent


def _sign_in(demo: Installation, context: BrowserContext) -> Page:
    """Sign in with the one-time password that the first start printed, and choose one's own."""
    [one_time] = re.findall(r"one-time password: (\S+)", demo.log())
    page = context.new_page()
    page.goto(demo.internal)
    page.get_by_label("Email").fill("owner@localhost")
    page.get_by_label("Password").fill(one_time)
    page.get_by_role("button", name="Sign in").click()
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.get_by_role("main").get_by_role("button").click()
    page.goto(f"{demo.internal}/sites/shop.example?period=today&compare=none")
    expect(page.locator("#live")).to_be_visible()
    return page


def _settled_figures(dashboard: Page) -> dict[str, int]:
    """Return the strip's counts once they equal a fresh page's."""
    wanted = ("visitors", "sessions", "pageviews")
    seen: dict[str, int] = {}
    for _ in range(20):
        dashboard.wait_for_timeout(500)
        dashboard.reload()
        now = {name: _count(dashboard, name) for name in wanted}
        if now == seen:
            return seen
        seen = now
    raise AssertionError("the figures do not stand still")


def _count(dashboard: Page, name: str) -> int:
    text = dashboard.locator(f"[data-metric='{name}'] .value").inner_text()
    return int(re.sub(r"\D", "", text))


def _figures_of_sql(data: Path) -> dict[str, int]:
    [[visitors, sessions, pageviews]] = read_store(
        data,
        "SELECT uniqExactIf(visitor, visitor != 0), uniqExactIf(session, session != 0),"
        " countIf(name = 'pageview') FROM events"
        " WHERE site = 'shop.example' AND day = toDate(now(), 'Asia/Baku')",
    )
    return {"visitors": visitors, "sessions": sessions, "pageviews": pageviews}


def _purchases_of_sql(data: Path) -> list[list[str]]:
    """Return the revenue of the newest purchase."""
    return read_store(
        data,
        "SELECT revenue, currency FROM events WHERE name = 'Purchase' ORDER BY time DESC LIMIT 1",
    )
