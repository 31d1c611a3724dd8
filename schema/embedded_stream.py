"""Embedded streams: answers of the engine in this process, read from a pipe it writes into.

The engine's own stream of blocks ends and begins each block anew, which only some formats bear;
what it writes into a file is whole in every format.
"""

from __future__ import annotations

import fcntl
import os
import select
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from schema.errors import StoreError
from schema.stream import Question, Usage, kill, query_error, settings_clause

# Our choice: what Linux lets everybody have, so that engine and reader seldom wait for each other.
_PIPE_BYTES: Final = 1024 * 1024
# A query that has not begun yet cannot be killed, so it is tried again.
_KILL_AGAIN_S: Final = 0.1


class EmbeddedStreams:
    """Streams of one embedded engine; each answer has a connection of its own while it lasts."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._idle: list[Any] = []
        self._closed = False

    def text(self, sql: str, parameters: Mapping[str, str] | None = None) -> bytes:
        """Return a short answer whole, in the format that the statement names."""
        with self._lend() as connection:
            return _run(connection, sql, parameters or {})[0]

    def open(self, question: Question) -> EmbeddedStream:
        """Return the answer as it begins; a refusal comes with the first `read`."""
        return EmbeddedStream(self, question)

    def close(self) -> None:
        """Close every connection; no stream may be open."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @contextmanager
    def _lend(self) -> Iterator[Any]:
        with self._lock:
            if self._closed:
                raise StoreError("the store is closed")
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._connect()
        try:
            yield connection
        finally:
            self._take_back(connection)

    def _take_back(self, connection: Any) -> None:
        with self._lock:
            is_kept = not self._closed
            if is_kept:
                self._idle.append(connection)
        if not is_kept:
            connection.close()

    def run(self, sql: str, parameters: Mapping[str, str]) -> Usage:
        """Run a statement whose answer goes elsewhere."""
        with self._lend() as connection:
            return _run(connection, sql, parameters)[1]


class EmbeddedStream:
    """One answer: a thread in which the engine writes, and the pipe that it writes into."""

    def __init__(self, streams: EmbeddedStreams, question: Question) -> None:
        self.usage = Usage()
        self._streams = streams
        self._mark = question.mark
        self._error: Exception | None = None
        self._done = threading.Event()
        self._reader, self._writer = os.pipe()
        self._readable = select.poll()
        self._readable.register(self._reader, select.POLLIN)
        if sys.platform == "linux":
            fcntl.fcntl(self._reader, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        # Appending, as there is something of that name already: the pipe.
        sql = (
            f"{question.sql}\nINTO OUTFILE '/dev/fd/{self._writer}' APPEND"
            f" FORMAT {question.output_format}"
            + settings_clause({**question.settings, "log_comment": question.mark})
        )
        self._thread = threading.Thread(
            target=self._write, args=(sql, question.parameters), name="query", daemon=True
        )
        self._thread.start()

    def read(self, limit_bytes: int, timeout_s: float | None = None) -> bytes:
        """Return what there is next, b"" at the end; raises QueryError and TimeoutError."""
        if timeout_s is not None and not self._readable.poll(timeout_s * 1000):
            raise TimeoutError
        data = os.read(self._reader, limit_bytes)
        if not data:
            self._thread.join()
            if self._error is not None:
                raise self._error
        return data

    def cancel(self) -> None:
        """End the query, which ends a waiting `read`."""
        while not self._done.is_set():
            kill(self._streams, self._mark)
            self._done.wait(_KILL_AGAIN_S)

    def close(self) -> None:
        """Give up the pipe; a query that still writes into it is ended."""
        os.close(self._reader)
        self.cancel()
        self._thread.join()

    def _write(self, sql: str, parameters: Mapping[str, str]) -> None:
        try:
            self.usage = self._streams.run(sql, parameters)
        except Exception as error:
            self._error = error
        finally:
            self._done.set()
            # The last writer: the reader's next `read` is the end.
            os.close(self._writer)


def _run(connection: Any, sql: str, parameters: Mapping[str, str]) -> tuple[bytes, Usage]:
    try:
        result = connection.query(sql, "TabSeparated", params=dict(parameters))
        usage = Usage(
            read_rows=result.storage_rows_read(),
            read_bytes=result.storage_bytes_read(),
            # The engine's binding counts what the answer held as read.
            result_rows=result.rows_read(),
            elapsed_s=result.elapsed(),
        )
        return result.bytes() or b"", usage
    except RuntimeError as error:
        raise query_error(str(error)) from error
