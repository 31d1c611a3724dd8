"""Exchange: one question over HTTP and its answer, as it comes, while the client is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, ParamSpec, TypeVar

import structlog
from starlette.types import Send

from dashboard.door.answer import (
    error_headers,
    error_status,
    error_text,
    late_error,
    new_tag,
    summary,
)
from dashboard.door.compression import Compressor, EngineBlocks, chosen_encoding, compressor
from dashboard.door.request import DoorRequest, check_database
from dashboard.sql import Desk, Reader
from dashboard.sql.desk import Answer
from dashboard.sql.formats import media_type
from schema import StoreError
from schema.stream import QueryError, Usage

P = ParamSpec("P")
T = TypeVar("T")

# What one read takes at most: the pipe from the engine holds as much.
_READ_BYTES: Final = 1024 * 1024
# An answer of no more is sent whole: with its length, what it took, and an error's own status.
_HEAD_BYTES: Final = 1024 * 1024
NO_ANSWER: Final = 210  # NETWORK_ERROR, as the store is not reached

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Begun:
    """An answer and how it begins; one that is whole is closed."""

    answer: Answer
    output_format: str
    head: bytes
    is_whole: bool


class Exchange:
    """One request's way; `leave` is told when the client is gone."""

    def __init__(
        self,
        desk: Desk,
        threads: ThreadPoolExecutor,
        send: Send,
        *,
        version: str,
        timezone: str,
    ) -> None:
        self._desk = desk
        self._threads = threads
        self._send = send
        self._version = version
        self._headers = {"X-ClickHouse-Timezone": timezone}
        self._answer: Answer | None = None
        self._waits = False
        self._is_left = False
        self._result_bytes = 0

    async def run(self, request: DoorRequest, reader: Reader) -> None:
        """Answer a question, and note it in the audit log."""
        self._headers["X-ClickHouse-Query-Id"] = request.query_id
        usage, fault = Usage(), ""
        try:
            self._waits = True
            async with self._desk.place(reader):
                self._waits = False
                usage, fault = await self._asked(request, reader)
        except QueryError as error:
            fault = f", code {error.code}"
            await self.refuse(error)
        except asyncio.CancelledError:
            fault = ", the client left"
        finally:
            await self._record(request, reader, usage, fault)

    async def refuse(self, error: QueryError) -> None:
        """Send an error as the whole answer."""
        text = error_text(error, self._version)
        await self._start(error_status(error), error_headers(error) | _length(text))
        await self._send({"type": "http.response.body", "body": text})

    async def leave(self) -> bool:
        """End what runs for a client that is gone; tell whether it still only waited."""
        self._is_left = True
        if self._answer is not None:
            await self._in_thread(self._answer.cancel)
        return self._waits

    async def _asked(self, request: DoorRequest, reader: Reader) -> tuple[Usage, str]:
        """Return what a question took, and why it failed after its answer had begun."""
        begun = await self._in_thread(self._begin, request, reader)
        headers = {
            "Content-Type": media_type(begun.output_format),
            "X-ClickHouse-Format": begun.output_format,
            "X-ClickHouse-Summary": summary(begun.answer.usage, len(begun.head)),
        }
        encoding = chosen_encoding(request.encoding)
        if encoding:
            headers |= {"Content-Encoding": encoding, "Vary": "Accept-Encoding"}
        outer: Compressor = compressor(encoding)
        blocks: Compressor = EngineBlocks() if request.engine_blocks else compressor("")
        if begun.is_whole:
            packed = _packed(outer, blocks, begun.head)
            await self._start(200, headers | _length(packed))
            await self._send({"type": "http.response.body", "body": packed})
            return begun.answer.usage, ""
        tag = new_tag()
        try:
            await self._start(200, headers | {"X-ClickHouse-Exception-Tag": tag})
            return await self._stream(begun.answer, begun.head, outer, blocks, tag)
        finally:
            await self._in_thread(begun.answer.close)

    def _begin(self, request: DoorRequest, reader: Reader) -> _Begun:
        """Return how an answer begins; blocks.  One that is whole, or failed, is closed."""
        check_database(request.database, self._desk.tables.database)
        statement = self._desk.check(request.asked, reader)
        answer = self._desk.open(statement)
        self._answer = answer
        is_open = False
        try:
            if self._is_left:
                answer.cancel()
            head = bytearray()
            while len(head) <= _HEAD_BYTES:
                data = answer.read(_READ_BYTES)
                if not data:
                    return _Begun(answer, statement.output_format, bytes(head), is_whole=True)
                head += data
            is_open = True
            return _Begun(answer, statement.output_format, bytes(head), is_whole=False)
        finally:
            if not is_open:
                answer.close()

    async def _stream(
        self, answer: Answer, data: bytes, outer: Compressor, blocks: Compressor, tag: str
    ) -> tuple[Usage, str]:
        """Send an answer as it comes; an error in it is its end, and breaks the connection."""
        try:
            while data:
                await self._send_part(
                    await self._in_thread(_compressed, outer, blocks, data), more=True
                )
                if self._is_left:
                    return answer.usage, ", the client left"
                data = await self._in_thread(answer.read, _READ_BYTES)
        except QueryError as error:
            text = late_error(error, tag, self._version)
            await self._send_part(_packed(outer, blocks, text), more=True)
            # An answer without its end: no reader takes it for whole.
            return answer.usage, f", code {error.code}"
        await self._send_part(_packed(outer, blocks, b""), more=False)
        return answer.usage, ""

    async def _send_part(self, data: bytes, *, more: bool) -> None:
        await self._send({"type": "http.response.body", "body": data, "more_body": more})

    async def _start(self, status: int, headers: dict[str, str]) -> None:
        listed = [
            (name.lower().encode(), value.encode())
            for name, value in (self._headers | headers).items()
        ]
        await self._send({"type": "http.response.start", "status": status, "headers": listed})

    async def _record(self, request: DoorRequest, reader: Reader, usage: Usage, fault: str) -> None:
        purpose = request.purpose or reader.name
        try:
            await self._in_thread(
                lambda: self._desk.record(
                    request.asked, reader, purpose=purpose, usage=usage, fault=fault
                )
            )
        except StoreError as error:
            _log.error("audit_failed", error=str(error))

    async def _in_thread(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, lambda: call(*args, **kwargs))
        except QueryError:
            raise
        except StoreError as error:
            raise QueryError(NO_ANSWER, "DB::Exception: the store does not answer") from error


def _compressed(outer: Compressor, blocks: Compressor, data: bytes) -> bytes:
    return outer.compress(blocks.compress(data))


def _packed(outer: Compressor, blocks: Compressor, data: bytes) -> bytes:
    return _compressed(outer, blocks, data) + outer.flush()


def _length(data: bytes) -> dict[str, str]:
    return {"Content-Length": str(len(data))}
