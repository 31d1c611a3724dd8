"""Look server: hand-made pages under the product's own policy, for a real browser."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import BrowserContext, Page

from dashboard.figures.filters import make_filter, parse_filters
from dashboard.figures.model import Metric, Overview
from dashboard.headers import CONTENT_SECURITY_POLICY
from dashboard.rendering.links import Links, filter_text
from dashboard.rendering.render import STATIC, render
from tests.dashboard import look_records as look

TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}


@cache
def _pages() -> dict[str, str]:
    return look.every_page()


@dataclass
class LookServer:
    """Where the pages are, and what a test may change about them while they are open."""

    base: str = ""
    pages: dict[str, str] = field(default_factory=_pages)
    visitors: int = look.TOTAL  # of the overview without further filters
    live: queue.Queue[dict[str, Any] | None] = field(default_factory=queue.Queue)
    asked: list[str] = field(default_factory=list)  # every address, in order

    def address(self, name: str) -> str:
        """Return a page's address; "live" is the overview that follows its address and stream."""
        path = "/sites/shop.example" if name == "live" else f"/pages/{name}"
        return self.base + path

    def say(self, **changes: Any) -> None:
        """Send one message of the live stream."""
        live = look.a_live(**changes)
        self.live.put(
            {
                "visitors": live.visitors,
                "paths": [{"path": p.path, "visitors": p.visitors} for p in live.paths],
                "pageviews_per_minute": live.pageviews_per_minute,
                "at": live.at.isoformat(),
            }
        )


@contextmanager
def look_server() -> Iterator[LookServer]:
    """Serve on a free port of loopback until the block ends."""
    state = LookServer()

    class Handler(_Handler):
        look = state

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.live.put(None)
        server.shutdown()
        server.server_close()
        thread.join()


def watch(context: BrowserContext, faults: list[str], server: LookServer) -> None:
    """Note errors, violations of the policy, and requests to anywhere else."""
    context.on(
        "console",
        lambda message: faults.append(message.text) if message.type == "error" else None,
    )
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((server.base, "data:", "blob:"))
            else faults.append(request.url)
        ),
    )


def open_page(page: Page, server: LookServer, name: str) -> None:
    page.goto(server.address(name))
    page.wait_for_load_state("load")
    if name in ("overview", "live", "one-day"):
        page.locator("#trend.is-drawn").wait_for()


class _Handler(BaseHTTPRequestHandler):
    look: LookServer

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.look.asked.append(self.path)
        query = parse_qs(url.query, keep_blank_values=True)
        if url.path.startswith("/static/"):
            file = STATIC / url.path.removeprefix("/static/")
            self._send(file.read_bytes(), TYPES[file.suffix])
        elif url.path == "/api/live":
            self._stream()
        elif url.path.startswith("/pages/"):
            self._page(self.look.pages[url.path.removeprefix("/pages/")])
        elif "/details/" in url.path:
            self._page(self._details(query))
        elif url.path.endswith("/start"):
            self._page(look.start_html(query.get("with", [])))
        elif "dimension" in query:
            self._add_filter(query)
        elif url.path == "/sites/shop.example":
            self._page(self._overview(query))
        else:
            self._send(b"", "text/html", status=404)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _overview(self, query: dict[str, list[str]]) -> str:
        filters = parse_filters(query.get("f", []))
        tabs: dict[str, str] = {key: query[key][0] for key in ("pages", "chart") if key in query}
        links = Links(site_name="shop.example", filters=filters, tabs=tabs)
        page = self._filtered(replace(look.an_overview(), filters=filters))
        if tabs.get("pages"):
            page.panels["pages"] = look.a_panel("pages", tab=tabs["pages"])
        context: dict[str, Any] = {
            "viewer": look.VIEWER,
            "sites": look.SITES,
            "credits": look.CREDITS,
        }
        return render("overview.html", page=page, links=links, **context)

    def _filtered(self, page: Overview) -> Overview:
        """Return the page as it would be for Azerbaijan alone, when it is asked for."""
        chosen = {value for f in page.filters for value in f.values}
        visitors = 20_694 if "AZ" in chosen else self.look.visitors
        return replace(page, metrics=[Metric("visitors", visitors, None), *page.metrics[1:]])

    def _details(self, query: dict[str, list[str]]) -> str:
        search = query.get("q", [""])[0]
        rows = [row for row in look.a_panel("pages").rows if search in row.label]
        panel = look.a_panel("pages", rows=rows, row_total=len(rows))
        sort = query.get("sort", ["-visitors"])[0]
        return look.details_html(
            look.a_details_page(
                panel=panel,
                search=search,
                sort=sort.removeprefix("-"),
                descending=sort.startswith("-"),
            )
        )

    def _add_filter(self, query: dict[str, list[str]]) -> None:
        added = make_filter(query["dimension"][0], query["operator"][0], query["value"])
        self.send_response(303)
        fields = [*query.get("f", []), filter_text(added)]
        target = urlencode([("f", text) for text in fields])
        self.send_header("Location", f"/sites/shop.example?{target}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        while (message := self.look.live.get()) is not None:
            self.wfile.write(f"event: live\ndata: {json.dumps(message)}\n\n".encode())
            self.wfile.flush()

    def _page(self, html: str) -> None:
        self._send(html.encode(), "text/html; charset=utf-8")

    def _send(self, body: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
