"""A customer can find, choose and order by keyboard, under a strict policy, below any path."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize

from examples.storefront import build
from tests.axe import violations
from tests.storefront.shop_server import shop_at

PHONE = ViewportSize(width=390, height=844)
PAGES = (
    "",
    "etir/qara-nar-50-ml",
    "sebet",
    "odenis",
    "kolleksiya/",
    "axtaris",
    "catdirilma",
    "elaqe",
)


@pytest.fixture(params=["/demo/", "/"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    build.build(tmp_path / "site", base=request.param)
    with shop_at(tmp_path / "site", request.param) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone's page that keeps what the console complains about."""
    context = browser.new_context(viewport=PHONE)
    opened = context.new_page()
    complaints: list[str] = []

    def keep(said: ConsoleMessage) -> None:
        if said.type == "error":
            complaints.append(said.text)

    opened.on("console", keep)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == []


def queued(page: Page) -> list[list[Any]]:
    """Return the calls that wait in the stub for the beacon."""
    calls: list[list[Any]] = page.evaluate("(window.footfall.q || []).map((call) => [...call])")
    return calls


def test_an_order_goes_through_by_keyboard_and_is_told_once(shop: str, page: Page) -> None:
    page.goto(f"{shop}etir/qara-nar-50-ml")
    page.get_by_role("button", name="Add to cart").press("Enter")
    page.get_by_role("link", name="See the cart").wait_for()
    added = {"product": "Qara Nar", "category": "For everyone"}
    assert queued(page) == [["Add to cart", {"props": added}]]

    page.get_by_role("link", name="See the cart").press("Enter")
    page.get_by_label("Quantity of Qara Nar").select_option("2")
    page.get_by_text("Together 97.00 AZN").wait_for()  # 2 x 48.50
    page.get_by_role("link", name="To checkout").press("Enter")
    page.get_by_label("Name").fill("Invented Person")
    page.get_by_label("Phone").fill("+994 50 555 01 00")
    page.get_by_label("Street and flat").fill("1 Example street")
    page.get_by_role("radio", name="Courier Tomorrow").focus()
    page.keyboard.press("ArrowDown")
    page.get_by_text("100.00 AZN", exact=True).wait_for()  # and 3.00 for the post
    assert queued(page) == [["Checkout started", {"props": {"items": 2}}]]
    page.get_by_role("button", name="Place the order").press("Enter")

    page.wait_for_url(f"{shop}tesekkur")
    page.get_by_text("2 pieces for 97.00 AZN").wait_for()
    revenue = {"amount": "97.00", "currency": "AZN"}
    props = {"items": 2, "delivery": "post", "payment": "cash"}
    assert queued(page) == [["Purchase", {"revenue": revenue, "props": props}]]
    page.reload()
    assert queued(page) == []


def test_collections_change_without_a_load_and_go_back(shop: str, page: Page) -> None:
    page.goto(f"{shop}kolleksiya/")
    page.evaluate("window.isSameDocument = true")
    page.get_by_role("link", name="Night", exact=True).press("Enter")
    page.get_by_role("heading", name="Night").wait_for()
    assert page.url == f"{shop}kolleksiya/gece"
    page.go_back()
    page.get_by_role("heading", name="Collections").wait_for()
    assert page.url == f"{shop}kolleksiya/"
    assert page.evaluate("window.isSameDocument") is True


def test_search_finds_without_marks_and_tells_no_words(shop: str, page: Page) -> None:
    page.goto(f"{shop}axtaris")
    page.get_by_label("What are you looking for?").fill("qizilgul")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Rose of Zaqatala").wait_for()
    assert queued(page) == [["Search", {"props": {"results": 1}}]]


def test_pages_are_accessible_and_fit_a_phone(browser: Browser, tmp_path: Path) -> None:
    build.build(tmp_path)
    with shop_at(tmp_path, "/demo/") as shop:
        # axe brings its script with it, which the shop's own policy would refuse.
        context = browser.new_context(viewport=PHONE, bypass_csp=True)
        page = context.new_page()
        page.add_init_script(
            "sessionStorage.setItem('cart', JSON.stringify({'/etir/qara-nar-50-ml': 1}))"
        )
        for path in (*PAGES, "no/such/page"):
            answer = page.goto(shop + path)
            assert answer is not None
            assert answer.status == (404 if "such" in path else 200)
            page.wait_for_load_state("networkidle")
            assert violations(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        context.close()
