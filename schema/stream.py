"""Stream: the answer to a question as the bytes of one of the engine's formats, as it is made.

`Store` gives rows as Python values.  Where somebody else reads the answer, it need not become any.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from schema.errors import StoreError

# What engines put before their message, and the name of the error after it.
_MESSAGE: Final = re.compile(r"Code: (?P<code>\d+)\.\s*(?P<text>DB::Exception: .*)", re.DOTALL)
# CANNOT_PARSE… have numbers of their own; this is the engine's STD_EXCEPTION, for anything else.
OTHER_ERROR: Final = 1001

_KILL: Final = (
    "KILL QUERY WHERE query_id IN (SELECT query_id FROM system.processes"
    " WHERE Settings['log_comment'] = {mark:String}) ASYNC"
)

_PROGRESS: Final = (
    "SELECT read_rows, read_bytes, elapsed, total_rows_approx FROM system.processes"
    " WHERE Settings['log_comment'] = {mark:String} FORMAT TabSeparated"
)


class QueryError(StoreError):
    """The engine refused a statement or gave it up; `code` is the engine's own number."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Usage:
    """What a query took, as far as the engine says."""

    read_rows: int = 0
    read_bytes: int = 0
    result_rows: int = 0
    elapsed_s: float = 0.0
    total_rows: int = 0  # that are to be read; 0 is unknown, or all that were


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One statement for the engine to answer."""

    sql: str  # one statement without INTO OUTFILE, FORMAT and outer SETTINGS
    output_format: str  # the engine's name of it
    settings: Mapping[str, str | int]
    parameters: Mapping[str, str]  # name to value, escaped as TabSeparated is
    mark: str  # tells the query from others while it runs


class Stream(Protocol):
    """One answer; `read` and `close` are for one thread, `cancel` is for any."""

    usage: Usage  # complete once `read` returned b""

    def read(self, limit_bytes: int, timeout_s: float | None = None) -> bytes:
        """Return what there is next, b"" at the end; raises QueryError and TimeoutError."""

    def cancel(self) -> None:
        """End the query, which ends a waiting `read`."""

    def close(self) -> None:
        """Give up what the answer holds, after a cancel if it is not at its end."""


class Streams(Protocol):
    """The way to answers as bytes, for any number of threads at once."""

    def text(self, sql: str, parameters: Mapping[str, str] | None = None) -> bytes:
        """Return a short answer whole, in the format that the statement names."""

    def open(self, question: Question) -> Stream:
        """Return the answer as it begins; raises QueryError when it never does."""

    def close(self) -> None:
        """Close every connection; no stream may be open."""


def kill(streams: Streams, mark: str) -> None:
    """Tell the engine to end the query of this mark; does nothing where there is none."""
    streams.text(_KILL, {"mark": mark})


def progress(streams: Streams, mark: str) -> Usage | None:
    """Return how far the query of this mark is; None while, and once, there is none."""
    answer = streams.text(_PROGRESS, {"mark": mark}).decode().split()
    if not answer:
        return None
    rows, bytes_, elapsed, total = answer[:4]
    return Usage(int(rows), int(bytes_), elapsed_s=float(elapsed), total_rows=int(total))


def escaped(value: str) -> str:
    r"""Return a parameter's value as engines take it: as a field of TabSeparated.

    A tab or line end as it is would end the field, and what follows would be refused.
    """
    replaced = value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    return replaced.replace("\r", "\\r").replace("\0", "\\0")


def settings_clause(settings: Mapping[str, str | int]) -> str:
    """Return the SETTINGS clause that ends a statement, "" for none; names come from our tables."""
    if not settings:
        return ""
    pairs = (f"{name} = {quoted(str(value))}" for name, value in settings.items())
    return " SETTINGS " + ", ".join(pairs)


def quoted(text: str) -> str:
    """Return a text as a string literal of the engine's SQL."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def query_error(message: str) -> QueryError:
    """Return an engine's message as the error it tells of."""
    found = _MESSAGE.search(message)
    if found is None:
        return QueryError(OTHER_ERROR, message.strip())
    return QueryError(int(found["code"]), found["text"].strip())
