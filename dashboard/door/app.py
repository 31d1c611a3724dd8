"""Door: the HTTP interface of a ClickHouse server, for reading in SQL with a token.

It stands at `/clickhouse/` of the dashboard's listener, and at the root of a listener of its own
for clients that cannot take a path.
"""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from dashboard.door.auth import Readers, Shown, shown
from dashboard.door.early_head import early_head
from dashboard.door.exchange import NO_ANSWER, Exchange, Threads
from dashboard.door.request import DoorRequest, read_request, url_parameters
from dashboard.sql import Desk, Reader, RefusedError
from schema import Store, StoreError
from schema.stream import QueryError

DOOR: Final = "/clickhouse"
# A question, and its parameters beside it.
_BODY_FACTOR: Final = 4
_TOO_LARGE: Final = 62
_OK: Final = "Ok.\n"


class Door:
    """The ASGI application; every question of every client goes to one desk."""

    def __init__(self, store: Store, desk: Desk) -> None:
        self._store = store
        self._desk = desk
        self._readers = Readers(store)
        self._engine: tuple[str, str] | None = None  # version and time zone, once they are asked
        self._threads = Threads(desk.limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        # Clients join their paths to ours with one slash or two.
        path = "/" + scope["path"].removeprefix(scope.get("root_path", "")).strip("/")
        if scope["method"] not in ("GET", "POST", "HEAD"):
            await PlainTextResponse("Use GET or POST.\n", 405)(scope, receive, send)
        elif path == "/ping":
            await PlainTextResponse(_OK)(scope, receive, send)
        elif path not in ("/", DOOR):
            await PlainTextResponse("There is / and /ping.\n", 404)(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        version, timezone = await self._of_engine()
        exchange = Exchange(
            self._desk,
            self._threads,
            send,
            version=version,
            timezone=timezone,
            head=early_head(scope),
        )
        try:
            found = await self._read(scope, receive)
        except QueryError as error:
            await exchange.refuse(error)
            return
        if found is None:
            await PlainTextResponse(_OK)(scope, receive, send)
            return
        await _while_connected(exchange, *found, receive)

    async def _read(self, scope: Scope, receive: Receive) -> tuple[DoorRequest, Reader] | None:
        """Return a request's question and who asks; None where nothing is asked."""
        limit_bytes = _BODY_FACTOR * self._desk.limits.text_bytes
        headers = Headers(scope=scope)
        parameters = url_parameters(scope["query_string"])
        body = await _body(receive, limit_bytes)
        if not body and not parameters.get("query"):
            return None
        token = shown(headers, parameters)
        reader = await self._reader(token)
        return await read_request(headers, parameters, body, limit_bytes), reader

    async def _reader(self, token: Shown) -> Reader:
        # A thread is worth its while only where the store is asked.
        if self._readers.is_kept(token):
            return self._readers.find(token)
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads.asking, self._readers.find, token)
        except QueryError:
            raise
        except StoreError as error:
            raise QueryError(NO_ANSWER, "DB::Exception: the store does not answer") from error

    async def _of_engine(self) -> tuple[str, str]:
        if self._engine is None:
            question = "SELECT version(), timezone()"
            loop = asyncio.get_running_loop()
            try:
                rows = await loop.run_in_executor(self._threads.asking, self._store.rows, question)
            except StoreError:
                return "unknown", "UTC"
            self._engine = str(rows[0][0]), str(rows[0][1])
        return self._engine


async def _while_connected(
    exchange: Exchange, request: DoorRequest, reader: Reader, receive: Receive
) -> None:
    """Answer a question; end it when the client is gone before."""
    running = asyncio.create_task(exchange.run(request, reader))
    watching = asyncio.create_task(_disconnected(receive))
    await asyncio.wait({running, watching}, return_when=asyncio.FIRST_COMPLETED)
    if not running.done() and await exchange.leave():
        running.cancel()
    await asyncio.wait({running})
    watching.cancel()
    if not running.cancelled():
        running.result()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _body(receive: Receive, limit_bytes: int) -> bytes:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False) and message["type"] == "http.request"
        if len(body) > limit_bytes:
            allowed = f"up to {limit_bytes} bytes"
            raise RefusedError("this request is too long", allowed, _TOO_LARGE)
    return bytes(body)
