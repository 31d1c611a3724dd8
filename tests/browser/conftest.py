"""Fixtures of the browser tests: Chromium, a context and a page each, and nothing but loopback."""

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.browser.recorder import Recorder, running
from tests.chromium import chromium

ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Names other than loopback's go nowhere, whatever asks for them.
    "--host-resolver-rules=MAP *.localhost 127.0.0.1, MAP *.example 127.0.0.1",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright turns the back/forward cache off; visitors have it.
    without = ["--disable-back-forward-cache"]
    with chromium(*ARGUMENTS, ignore_default_args=without) as browser:
        yield browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Make a context of its own for a test, which fails when a request leaves loopback."""
    context = browser.new_context()
    left: list[str] = []
    context.on("request", lambda request: _note_departure(request, left))
    yield context
    context.close()
    assert left == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def shop() -> Iterator[Recorder]:
    """Run a shop's server and its collector, which records the beacons."""
    with running() as recorder:
        yield recorder


def _note_departure(request: Request, left: list[str]) -> None:
    url = urlsplit(request.url)
    if url.scheme in {"http", "https", "ws", "wss"} and not _is_loopback(url.hostname or ""):
        left.append(request.url)


def _is_loopback(hostname: str) -> bool:
    # Names under example resolve to 127.0.0.1 in this browser (ARGUMENTS).
    if hostname == "localhost" or hostname.endswith((".localhost", ".example")):
        return True
    try:
        return ipaddress.ip_address(hostname).is_loopback
    except ValueError:
        return False
