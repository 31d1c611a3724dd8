"""Exchange: one question over HTTP and its answer, as it comes, while the client is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
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
    progress_line,
    summary,
)
from dashboard.door.compression import Compressor, EngineBlocks, chosen_encoding, compressor
from dashboard.door.early_head import EarlyHead
from dashboard.door.request import DoorRequest, check_database
from dashboard.sql import Desk, Reader
from dashboard.sql.desk import Answer, new_mark
from dashboard.sql.formats import media_type
from dashboard.sql.limits import Limits
from schema import StoreError
from schema.stream import QueryError, Usage

P = ParamSpec("P")
T = TypeVar("T")

# What one read takes at most: the pipe from the engine holds as much.
_READ_BYTES: Final = 1024 * 1024
# An answer of no more is sent whole: with its length, what it took, and an error's own status.
_HEAD_BYTES: Final = 1024 * 1024
# The same where a client asked to wait for the whole: our choice, in memory, as the disk may be
# encrypted for a reason.
_WAITED_FOR_BYTES: Final = 64 * 1024 * 1024
# Lines of progress before their pace is halved: common clients take 100 lines of a head.
_LINES_AT_ONE_PACE: Final = 8
# How long a client of a compressed answer has to read the error at its end and to leave.  One that
# unpacks beside its reading loses what came last when the connection breaks at once.
_LAST_WORD_S: Final = 2.0
# How long a note of a question waits for others, its answer being away: dashboards ask many small
# questions at once, and each insert is synced to the disk.
_NOTE_WITHIN_S: Final = 0.05
_NOTES_AT_ONCE: Final = 16
NO_ANSWER: Final = 210  # NETWORK_ERROR, as the store is not reached

_log = structlog.get_logger(__name__)


class Threads:
    """Where the calls of all exchanges block."""

    def __init__(self, limits: Limits) -> None:
        # Each question has one call at a time, one that looks how far it is, one that ends it.
        self.asking = ThreadPoolExecutor(3 * limits.at_once + 4, thread_name_prefix="door")
        # Each waits for others to be noted with; many small questions a second end so.
        self.noting = ThreadPoolExecutor(_NOTES_AT_ONCE, thread_name_prefix="door-notes")


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
        threads: Threads,
        send: Send,
        *,
        version: str,
        timezone: str,
        head: EarlyHead | None = None,
    ) -> None:
        self._desk = desk
        self._threads = threads
        self._send = send
        self._version = version
        self._headers = {"X-ClickHouse-Timezone": timezone}
        self._answer: Answer | None = None
        self._head = head
        self._mark = new_mark()
        self._waits = False
        self._left = asyncio.Event()
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
        self._left.set()
        if self._answer is not None:
            await self._in_thread(self._answer.cancel)
        elif not self._waits:
            await self._in_thread(self._desk.end, self._mark)
        return self._waits

    async def _asked(self, request: DoorRequest, reader: Reader) -> tuple[Usage, str]:
        """Return what a question took, and why it failed after its answer had begun."""
        begun = await self._begun(request, reader)
        usage = begun.answer.usage
        if not begun.is_whole:
            usage = await self._progress() or usage
        headers = {
            "Content-Type": media_type(begun.output_format),
            "X-ClickHouse-Format": begun.output_format,
            "X-ClickHouse-Summary": summary(usage, len(begun.head)),
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
            return await self._stream(
                begun.answer, begun.head, outer, blocks, tag, is_encoded=bool(encoding)
            )
        finally:
            await self._in_thread(begun.answer.close)

    async def _begun(self, request: DoorRequest, reader: Reader) -> _Begun:
        """Return how an answer begins, and tell meanwhile how far it is where that is asked."""
        begin = asyncio.ensure_future(self._in_thread(self._begin, request, reader))
        wait_s, lines = request.progress_ms / 1000, 0
        while wait_s and self._head and not (await asyncio.wait({begin}, timeout=wait_s))[0]:
            # Without an answer the question has its error still before it.
            with suppress(QueryError):
                if usage := await self._progress():
                    self._head.send("X-ClickHouse-Progress", progress_line(usage))
                    lines += 1
                    wait_s *= 1 if lines % _LINES_AT_ONE_PACE else 2
        return await begin

    async def _progress(self) -> Usage | None:
        return await self._in_thread(lambda: self._desk.progress(self._mark))

    def _begin(self, request: DoorRequest, reader: Reader) -> _Begun:
        """Return how an answer begins; blocks.  One that is whole, or failed, is closed."""
        check_database(request.database, self._desk.tables.database)
        statement = self._desk.check(request.asked, reader)
        answer = self._desk.open(statement, self._mark)
        self._answer = answer
        is_open = False
        try:
            if self._left.is_set():
                answer.cancel()
            head = bytearray()
            held_bytes = _WAITED_FOR_BYTES if request.is_waited_for else _HEAD_BYTES
            while len(head) <= held_bytes:
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
        self,
        answer: Answer,
        data: bytes,
        outer: Compressor,
        blocks: Compressor,
        tag: str,
        *,
        is_encoded: bool,
    ) -> tuple[Usage, str]:
        """Send an answer as it comes; an error in it is its end, and breaks the connection."""
        try:
            while data:
                await self._send_part(
                    await self._in_thread(_compressed, outer, blocks, data), more=True
                )
                if self._left.is_set():
                    return answer.usage, ", the client left"
                data = await self._in_thread(answer.read, _READ_BYTES)
        except QueryError as error:
            text = late_error(error, tag, self._version)
            await self._send_part(_packed(outer, blocks, text), more=True)
            if is_encoded:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._left.wait(), _LAST_WORD_S)
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
            await asyncio.get_running_loop().run_in_executor(
                self._threads.noting,
                lambda: self._desk.record(
                    request.asked,
                    reader,
                    purpose=purpose,
                    usage=usage,
                    fault=fault,
                    within_s=_NOTE_WITHIN_S,
                ),
            )
        except StoreError as error:
            _log.error("audit_failed", error=str(error))

    async def _in_thread(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads.asking, lambda: call(*args, **kwargs))
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
