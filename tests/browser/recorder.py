"""Recorder: a shop's web server and its collector on loopback, which keeps every beacon it got."""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from collector.beacon.scripts import find_script

WAIT_S = 60

CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}


@dataclass(frozen=True, slots=True)
class Beacon:
    """What arrived: the request's headers and its decoded body."""

    body: dict[str, Any]
    method: str
    headers: dict[str, str]
    status: int  # what it was answered

    @property
    def name(self) -> str:
        return str(self.body["n"])


@dataclass
class Recorder:
    """The pages a shop serves by path, and the beacons that came."""

    origin: str = ""
    collector: str = ""  # the same server under another origin
    pages: dict[str, str] = field(default_factory=dict)
    page_headers: dict[str, str] = field(default_factory=dict)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    beacons: list[Beacon] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)  # "METHOD path", of everything
    asked: list[str] = field(default_factory=list)  # "METHOD path", of the collector's origin alone
    decisions: list[dict[str, Any]] = field(default_factory=list)  # bodies, consent receipts
    covered_since: str | None = None  # consents of before are asked for again
    covered_status: int = 200
    changed: threading.Condition = field(default_factory=threading.Condition)

    def tag(self, script: str = "beacon.js", attributes: str = "") -> str:
        """Return the script element as a shop puts it on its pages."""
        return (
            f'<script defer src="{self.collector}/{script}" data-site="shop.example"'
            f" {attributes}></script>"
        )

    def serve(self, path: str, body: str = "", head: str = "", script: str = "beacon.js") -> str:
        """Serve a page with the script at `path`; return its URL."""
        self.pages[path] = _page(head + self.tag(script), body)
        return self.origin + path

    def serve_markup(self, path: str, head: str, body: str = "") -> str:
        """Serve a page whose head is exactly `head`; return its URL."""
        self.pages[path] = _page(head, body)
        return self.origin + path

    @property
    def events(self) -> list[dict[str, Any]]:
        return [beacon.body for beacon in self.beacons]

    @property
    def names(self) -> list[str]:
        return [beacon.name for beacon in self.beacons]

    def named(self, name: str) -> list[dict[str, Any]]:
        return [body for body in self.events if body["n"] == name]

    def wait(self, condition: Callable[[], object], wait_s: float = WAIT_S) -> None:
        """Wait until `condition` holds, as beacons come; AssertionError after `wait_s` seconds."""
        with self.changed:
            held = self.changed.wait_for(condition, wait_s)
        assert held, f"not within {wait_s} s; got {self.events}"

    def wait_for(self, name: str, count: int = 1, wait_s: float = WAIT_S) -> list[dict[str, Any]]:
        """Wait for `count` events of that name; return all of them."""
        self.wait(lambda: len(self.named(name)) >= count, wait_s)
        return self.named(name)

    def mark(self, page: Page) -> None:
        """Let the page send an event past the script, and wait for it: what it sent is here."""
        count = len(self.named("mark")) + 1
        page.evaluate(
            "url => { fetch(url, {method: 'POST', body: JSON.stringify({n: 'mark'})}) }",
            self.collector + "/api/event",
        )
        self.wait_for("mark", count)

    async def _event(self, request: Request) -> Response:
        body = json.loads(await request.body())
        with self.changed:
            status, headers = self.answers.pop(0) if self.answers else (202, {})
            self.beacons.append(Beacon(body, request.method, dict(request.headers), status))
            self.requests.append(f"{request.method} {request.url.path}")
            self.changed.notify_all()
        return Response("ok", status, headers={**CORS, **headers})

    async def _consent(self, request: Request) -> Response:
        body = json.loads(await request.body())
        with self.changed:
            status, headers = self.answers.pop(0) if self.answers else (201, {})
            self.decisions.append(body | {"site": request.path_params["site"]})
            self.changed.notify_all()
        receipt = {"receipt": {"state": body["state"]}, "signature": "…"}
        return JSONResponse(receipt, status, headers={**CORS, **headers})

    async def _covered(self, request: Request) -> Response:
        self.requests.append(f"GET {request.url.path}")
        is_good = self.covered_status == 200
        answer = {"covered_since": self.covered_since} if is_good else {"error": "…"}
        return JSONResponse(answer, self.covered_status, headers=CORS)

    async def _options(self, request: Request) -> Response:
        self.requests.append(f"OPTIONS {request.url.path}")
        return Response(status_code=204, headers=CORS)

    async def _page(self, request: Request) -> Response:
        self.requests.append(f"GET {request.url.path}")
        script = find_script(request.url.path.removeprefix("/"))
        if script:
            encoding, body = script.encoded(request.headers.get("Accept-Encoding", ""))
            headers = {"ETag": script.etag, "Cache-Control": script.cache_control, **CORS}
            if encoding:
                headers["Content-Encoding"] = encoding
            return Response(body, headers=headers, media_type="text/javascript")
        page = self.pages.get(request.url.path)
        if page is None:
            return HTMLResponse("nothing here", 404)
        return HTMLResponse(page, headers=self.page_headers)

    def app(self) -> ASGIApp:
        routed = self._routed()

        async def noting(scope: Scope, receive: Receive, send: Send) -> None:
            host = dict(scope["headers"]).get(b"host", b"").decode()
            if f"http://{host}" == self.collector:
                self.asked.append(f"{scope['method']} {scope['path']}")
            await routed(scope, receive, send)

        return noting

    def _routed(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/api/event", self._event, methods=["POST"]),
                Route("/api/event", self._options, methods=["OPTIONS"]),
                Route("/proxied", self._event, methods=["POST"]),
                Route("/api/privacy/{site}/consent", self._consent, methods=["POST"]),
                Route("/api/privacy/{site}/consent/covered", self._covered),
                Route("/{path:path}", self._page),
            ]
        )


@contextlib.contextmanager
def running() -> Iterator[Recorder]:
    """Run a recorder on a free port of loopback."""
    recorder = Recorder()
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    recorder.origin = f"http://shop.localhost:{port}"
    recorder.collector = f"http://stats.localhost:{port}"
    server = uvicorn.Server(uvicorn.Config(recorder.app(), log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield recorder
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(10)
        listener.close()


def _page(head: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>'
        f'<link rel="icon" href="data:,">{head}</head><body>{body}</body></html>'
    )
