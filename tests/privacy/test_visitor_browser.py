"""In a browser a visitor sees, copies and erases in three clicks, on a desk and on a phone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.build import CHROME
from tests.faults.load import wait_until_counted
from tests.installation import Installation, footfall, installation
from tests.privacy.visitor import SITE, Visitor, page_id, wait_until_stored


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("clicks") / "data") as found:
        found.command("site", "add", SITE)
        wait_until_counted(found)
        yield found


@pytest.mark.parametrize(
    ("width", "scheme", "has_script"), [(1280, "light", True), (390, "dark", False)]
)
def test_a_visitor_sees_copies_and_erases(
    running: Installation,
    browser: Browser,
    tmp_path: Path,
    width: int,
    scheme: str,
    has_script: bool,
) -> None:
    address = f"198.51.104.{width % 251}"
    with Visitor(running.public, address) as visitor:
        for number in range(3):
            visitor.view(f"/shelf/{number}", page=width * 10 + number)
    wait_until_stored(running.data)
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        user_agent=CHROME,
        locale="en",
        java_script_enabled=has_script,
        extra_http_headers={"x-forwarded-for": address},
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    proof = f"page={page_id(width * 10)}"
    page.goto(f"{running.public}/privacy/{SITE}#{proof}")

    assert page.locator(".facts dd").first.inner_text() == "3"

    def choose(button: str) -> None:
        page.locator("summary", has_text=button).click()
        field = page.locator("details[open] input[name=claim]")
        if not has_script:
            field.fill(proof)
        assert proof in field.input_value() or "claim=" in field.input_value()

    choose("Take a copy")
    with page.expect_download() as copied:
        page.get_by_role("button", name="Download JSON").click()
    found = json.loads(copied.value.path().read_text())
    assert [event["path"] for event in found["events"]] == ["/shelf/0"]
    page.locator("summary", has_text="Take a copy").click()

    choose("See the pages")
    page.locator("details[open]").get_by_role("button", name="Show").click()
    assert "/shelf/0" in page.locator(".grid").inner_text()
    assert "/shelf/1" not in page.content()

    page.locator("summary", has_text="Erase what was counted").click()
    page.get_by_role("button", name="Erase it now").click()
    page.wait_for_selector("#download")
    with page.expect_download() as received:
        page.locator("#download").click()
    receipt = tmp_path / "receipt.json"
    received.value.save_as(receipt)
    assert json.loads(receipt.read_text())["receipt"]["removed"] == {"events": 3, "sessions": 1}
    verified = footfall("privacy", "verify", str(receipt), "--data", str(running.data))
    assert verified.returncode == 0, verified.stderr

    # At 390 pixels, too, nothing is wider than the window.
    for path in ("", "/notice"):
        page.goto(f"{running.public}/privacy/{SITE}{path}")
        box = page.locator("html").bounding_box()
        assert box is not None
        assert box["width"] <= width
        assert page.locator("main").bounding_box()["width"] <= width  # type: ignore[index]
    assert {url.split("/")[2] for url in asked if url.startswith("http")} == {
        running.public.split("/")[2]
    }
    assert complaints == []
    context.close()
