"""Promise: the consent script and a real collector agree on when a visitor is asked again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import httpx
from playwright.sync_api import BrowserContext, Request

from collector.beacon.scripts import find_script
from tests.browser.recorder import Recorder
from tests.browser.test_consent_asked_again import ASKED, GRANT, HEARS
from tests.browser.test_consent_script import buttons, press
from tests.installation import installation, wait_until

SITE = "shop.example"


def told(request: Request) -> dict[str, object]:
    """Return the event of a beacon; of another request, nothing."""
    is_beacon = request.url.endswith("/api/event")
    event: dict[str, object] = json.loads(request.post_data or "{}") if is_beacon else {}
    return event


def test_a_visitor_is_asked_again_once_more_is_kept(
    tmp_path: Path, shop: Recorder, context: BrowserContext
) -> None:
    script = find_script("beacon-consent.js")
    assert script is not None
    with installation(tmp_path / "data") as running:
        running.command("site", "add", SITE)
        running.command("site", "set", SITE, "--consent", "consent")
        tag = (
            f'<script data-site="{SITE}" data-consent="consent"'
            f' data-beacon="{running.public}/beacon.consent.js">{script.body.decode()}</script>'
        )
        served = shop.serve_markup("/tea", HEARS + tag, buttons(GRANT))
        url = served.replace("shop.localhost", SITE)
        desk = f"{running.public}/api/privacy/{SITE}/consent"

        def covered_since() -> str:
            # An instant in UTC, which sorts as text does.
            return httpx.get(f"{desk}/covered").json()["covered_since"] or ""

        page = context.new_page()
        page.goto(url)
        press(page)
        page.wait_for_function("localStorage['footfall-agreed']")
        consent_id = page.evaluate("localStorage.footfall")
        page.goto(f"{url}?known")
        page.wait_for_function("window.footfall.optIn && !window.footfall.q")
        assert page.evaluate("[localStorage.footfall, footfall.asks]") == [consent_id, False]

        before = datetime.now(UTC).isoformat(timespec="milliseconds")
        running.command("site", "set", SITE, "--keep", "ids=90")
        wait_until(lambda: covered_since() >= before)
        page.goto("about:blank")
        with page.expect_request(lambda request: told(request).get("n") == "pageview") as viewed:
            page.goto(f"{url}?again")
        page.wait_for_function(ASKED)
        assert "c" not in told(viewed.value)

        def receipts() -> list[str]:
            claim = {"footfall-claim": f"consent={consent_id}"}
            found = httpx.get(desk, headers=claim).json().get("receipts", [])
            return [each["receipt"]["state"] for each in found]

        press(page)
        wait_until(lambda: receipts() == ["granted", "granted"])
        with page.expect_request(lambda request: told(request).get("n") == "bought") as bought:
            page.evaluate("footfall('bought')")
        assert told(bought.value)["c"] == consent_id
