"""Fault proxy: stands before a ClickHouse server and fails inserts as told."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final, Literal
from urllib.parse import urlsplit

Mode = Literal["pass", "refuse", "hang", "reset", "500", "lost"]
MODES: Final[tuple[Mode, ...]] = ("refuse", "hang", "reset", "500", "lost")

_INSERT: Final = b"INSERT INTO"
_ERROR: Final = (
    b"HTTP/1.1 500 Internal Server Error\r\nX-ClickHouse-Exception-Code: 1002\r\n"
    b"Content-Length: 35\r\n\r\nCode: 1002. DB::Exception: as told."
)


class FaultProxy:
    """A TCP proxy that takes one request at a time on each connection.

    refuse: nothing listens.  hang: a request gets no answer.  reset: half of an insert goes there,
    then both connections break.  500: that is the answer, and nothing goes there.  lost: the
    insert is made, and the connection breaks in place of the answer.
    """

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        self._upstream = (parts.hostname or "", parts.port or 80)
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._mode: Mode = "pass"
        self._changed = asyncio.Event()
        self.hits: Counter[Mode] = Counter()
        self.port = 0
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._call(self._listen())

    def set_mode(self, mode: Mode) -> None:
        """Fail in another way from now on; connections that are open break."""
        self._call(self._change(mode))

    def close(self) -> None:
        """Stop listening and break every connection."""
        self.set_mode("refuse")
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, step: object) -> None:
        asyncio.run_coroutine_threadsafe(step, self._loop).result(10)  # type: ignore[arg-type]

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _change(self, mode: Mode) -> None:
        self._mode = mode
        self._changed.set()
        self._changed = asyncio.Event()
        if mode == "refuse" and self._server is not None:
            self._server.close()
            self._server = None
            self.hits["refuse"] += 1
        for writer in list(self._open):
            writer.transport.abort()
        if mode != "refuse" and self._server is None:
            await self._listen()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        upstream: asyncio.StreamWriter | None = None
        try:
            from_server, upstream = await asyncio.open_connection(*self._upstream)
            while request := await _message(reader):
                if await self._passes(request, writer, from_server, upstream):
                    upstream.write(request)
                    writer.write(await _message(from_server))
                    await writer.drain()
        except (OSError, EOFError):
            pass
        finally:
            self._open.discard(writer)
            for end in (writer, upstream):
                if end is not None:
                    end.transport.abort()

    async def _passes(
        self,
        request: bytes,
        writer: asyncio.StreamWriter,
        from_server: asyncio.StreamReader,
        upstream: asyncio.StreamWriter,
    ) -> bool:
        """Tell whether the request goes there as it is; raises EOFError to break both ends."""
        mode = self._mode
        is_insert = _INSERT in request[:4096] or _INSERT.replace(b" ", b"+") in request[:4096]
        if mode == "pass" or (mode in ("reset", "lost") and not is_insert):
            return True
        self.hits[mode] += 1
        if mode == "500":
            writer.write(_ERROR)
            await writer.drain()
            return False
        if mode == "hang":
            await self._changed.wait()
        elif mode == "reset":
            upstream.write(request[: len(request) // 2])
            await upstream.drain()
        elif mode == "lost":
            upstream.write(request)
            await _message(from_server)
        raise EOFError


async def _message(reader: asyncio.StreamReader) -> bytes:
    """Read one HTTP message with its body; b"" at the end of the connection."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    fields = {
        name.strip().lower(): value.strip().lower()
        for name, _, value in (line.partition(b":") for line in head.split(b"\r\n")[1:])
    }
    if fields.get(b"transfer-encoding") == b"chunked":
        return head + await _chunks(reader)
    return head + await reader.readexactly(int(fields.get(b"content-length", b"0")))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while True:
        line = await reader.readuntil(b"\r\n")
        parts += [line, await reader.readexactly(int(line.split(b";")[0], 16) + 2)]
        if int(line.split(b";")[0], 16) == 0:
            return b"".join(parts)


@contextmanager
def fault_proxy(upstream: str) -> Iterator[FaultProxy]:
    """Run a proxy before the URL."""
    found = FaultProxy(upstream)
    try:
        yield found
    finally:
        with suppress(RuntimeError):
            found.close()
