"""Look browser: Chromium on the look server's pages, which notes whatever goes wrong in them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.dashboard.look_server import LookServer, look_server, watch


@pytest.fixture
def server() -> Iterator[LookServer]:
    with look_server() as server:
        yield server


@pytest.fixture
def faults() -> list[str]:
    """Collect what the browser complains about and what would leave the machine."""
    return []


@pytest.fixture
def context(browser: Browser, faults: list[str], server: LookServer) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(30_000)
    watch(context, faults, server)
    yield context
    context.close()
    assert faults == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
