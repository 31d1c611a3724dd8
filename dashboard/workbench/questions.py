"""Questions: what a user asks in SQL on a page, answered by the desk as a table or a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal, ParamSpec, TypeVar, get_args

import msgspec
import structlog
from anyio import CapacityLimiter, to_thread

from dashboard.signin.purposes import Purposes
from dashboard.sql import Asked, Desk, Reader, RefusedError
from dashboard.sql.desk import Answer
from dashboard.workbench.blanks import bound
from schema import Store, StoreError
from schema.questions import AskedQuery, note_asked
from schema.stream import QueryError, Usage
from schema.users import User

P = ParamSpec("P")
T = TypeVar("T")

FileFormat = Literal["csv", "json", "parquet"]
_FORMATS: Final[dict[FileFormat, str]] = {
    "csv": "CSVWithNames",
    "json": "JSON",
    "parquet": "Parquet",
}
FILE_FORMATS: Final[tuple[FileFormat, ...]] = get_args(FileFormat)

# Our choices: what a page shows without becoming slow; files have all of it.
SHOWN_ROWS: Final = 1_000
_SHOWN_BYTES: Final = 4 * 1024 * 1024
_READ_BYTES: Final = 256 * 1024
_TOO_LARGE: Final = 396  # TOO_MANY_ROWS_OR_BYTES
# Amounts stay exact, and so do numbers that JavaScript's have no room for.
_EXACT: Final = {
    "output_format_json_quote_64bit_integers": 0,
    "output_format_json_quote_decimals": 1,
    "output_format_json_quote_denormals": 1,
}

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One question with who asks and why."""

    user: User
    purpose: str
    text: str
    values: dict[str, str]  # of its blanks, as they were written

    @property
    def reader(self) -> Reader:
        """Return the user as the desk knows those who ask."""
        return Reader(str(self.user.id), self.user.email, self.user.sites)

    def asked(self, output_format: str) -> Asked:
        """Return the question as the desk takes it."""
        parameters = bound(self.text, self.values)
        return Asked(text=self.text, parameters=parameters, default_format=output_format)


class Column(msgspec.Struct, frozen=True):
    """A column of an answer."""

    name: str
    type: str


class _Found(msgspec.Struct, frozen=True):
    meta: list[Column]
    data: list[list[Any]]


@dataclass(frozen=True, slots=True)
class Table:
    """An answer's first rows."""

    columns: list[Column]
    rows: list[list[Any]]
    is_cut: bool  # there are more rows than these
    usage: Usage


def cell_text(value: object) -> str:
    """Return a value of an answer as a cell shows it."""
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


class Questions:
    """Answers questions for the pages of one store, in one event loop."""

    def __init__(self, store: Store, desk: Desk) -> None:
        self.purposes = Purposes()
        self._store = store
        self._desk = desk
        # Beside the pages' own queries, which a slow question must not hold up.
        self._limiter = CapacityLimiter(2 * desk.limits.at_once + 2)

    async def table(self, asking: Asking, gone: Callable[[], Awaitable[None]]) -> Table:
        """Return an answer's first rows; raises QueryError.

        When `gone` returns, nobody waits for the answer any more, and the query is ended.
        """
        limit = {**_EXACT, "limit": SHOWN_ROWS + 1}
        async with self._answer(asking, "JSONCompact", limit) as answer:
            watching = asyncio.ensure_future(self._end_when(gone, answer))
            try:
                found = msgspec.json.decode(await self._whole(answer), type=_Found)
            finally:
                watching.cancel()
        is_cut = len(found.data) > SHOWN_ROWS
        return Table(found.meta, found.data[:SHOWN_ROWS], is_cut, answer.usage)

    async def file(self, asking: Asking, file_format: FileFormat) -> AsyncGenerator[bytes]:
        """Yield all of an answer as it is made; raises QueryError, first of all at the first."""
        async with self._answer(asking, _FORMATS[file_format], {}) as answer:
            while piece := await self._in_thread(answer.read, _READ_BYTES):
                yield piece

    @asynccontextmanager
    async def _answer(
        self, asking: Asking, output_format: str, settings: Mapping[str, str | int]
    ) -> AsyncGenerator[Answer]:
        """Hold a place and an open answer; the question is noted however it ends."""
        usage, fault = Usage(), ", the reader left"
        try:
            async with self._desk.place(asking.reader):
                answer = await self._in_thread(self._open, asking, output_format, settings)
                try:
                    yield answer
                finally:
                    usage = answer.usage
                    await self._in_thread(answer.close)
            fault = ""
        except QueryError as error:
            fault = f", code {error.code}"
            raise
        finally:
            await self._in_thread(self._note, asking, usage, fault)

    def _open(
        self, asking: Asking, output_format: str, settings: Mapping[str, str | int]
    ) -> Answer:
        statement = self._desk.check(asking.asked(output_format), asking.reader)
        # A FORMAT in the text is for other clients: here the button says it.
        return self._desk.open(
            replace(
                statement,
                output_format=output_format,
                settings={**statement.settings, **settings},
            )
        )

    async def _whole(self, answer: Answer) -> bytes:
        data = bytearray()
        while piece := await self._in_thread(answer.read, _READ_BYTES):
            data += piece
            if len(data) > _SHOWN_BYTES:
                allowed = f"a page shows up to {_SHOWN_BYTES // 1024**2} MiB: take a file"
                raise RefusedError("this answer is too large to be shown", allowed, _TOO_LARGE)
        return bytes(data)

    async def _end_when(self, gone: Callable[[], Awaitable[None]], answer: Answer) -> None:
        await gone()
        await self._in_thread(answer.cancel)

    def _note(self, asking: Asking, usage: Usage, fault: str) -> None:
        """Write a question into the audit log and into the user's own list."""
        reader, asked = asking.reader, asking.asked(_FORMATS["json"])
        entry = AskedQuery(
            datetime.now(UTC), asking.text, usage.result_rows, usage.elapsed_s, fault.strip(", ")
        )
        try:
            self._desk.record(asked, reader, purpose=asking.purpose, usage=usage, fault=fault)
            note_asked(self._store, asking.user.id, entry)
        except StoreError as error:
            _log.error("audit_failed", error=str(error))

    async def _in_thread(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await to_thread.run_sync(lambda: call(*args, **kwargs), limiter=self._limiter)
