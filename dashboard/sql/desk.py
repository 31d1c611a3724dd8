"""Desk: where analysts' questions are taken, checked, answered and noted.

The ClickHouse door, the page with the editor and the command line all ask here.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from functools import cached_property
from time import monotonic
from typing import Final
from uuid import uuid4

from dashboard.sql import show
from dashboard.sql.check import Checked
from dashboard.sql.errors import RefusedError, refused
from dashboard.sql.formats import check_format, written_with
from dashboard.sql.limits import Limits
from dashboard.sql.queue import Queue
from dashboard.sql.reader import Reader
from dashboard.sql.recent import Recent
from dashboard.sql.redact import redacted
from dashboard.sql.settings import FIXED, check_setting
from dashboard.sql.statement import Asked, Statement
from dashboard.sql.syntax import Node, NoTreeError, canonical, parse, write
from dashboard.sql.tables import Tables, read_tables
from privacy.audit import AuditLog
from schema import Store
from schema.stream import Question, Stream, Usage, kill, progress

_TOO_LONG: Final = 62
_TIMEOUT: Final = 159
_EXPLAINS: Final = frozenset({"EXPLAIN", "EXPLAIN AST", "EXPLAIN SYNTAX", "EXPLAIN QUERY TREE"})
_EXPLAIN_PARTS: Final = frozenset(
    {"type", "kind", "query", "is_outfile_append", "is_outfile_truncate",
     "is_into_outfile_with_stdout"}
)  # fmt: skip
# Our choice: enough to find a question again in the log, and no more.
_PURPOSE_CHARACTERS: Final = 200

# Our choice: the panels of a few dashboards.
_KEPT: Final = 256


class Answer:
    """One answer as bytes; a question that gives nothing for too long is ended."""

    def __init__(self, stream: Stream, seconds: int) -> None:
        self._stream = stream
        self._seconds = seconds
        self._left_s = float(seconds)

    @property
    def usage(self) -> Usage:
        """Return what the query took; complete once `read` returned b""."""
        return self._stream.usage

    def read(self, limit_bytes: int) -> bytes:
        """Return what there is next, b"" at the end; blocks.  Raises QueryError."""
        began = monotonic()
        try:
            return self._stream.read(limit_bytes, max(self._left_s, 0))
        except TimeoutError:
            self._stream.cancel()
            allowed = f"it may take {self._seconds} seconds"
            raise RefusedError("the query takes too long", allowed, _TIMEOUT) from None
        finally:
            self._left_s -= monotonic() - began

    def cancel(self) -> None:
        """End the query from any thread, which ends a waiting `read`."""
        self._stream.cancel()

    def close(self) -> None:
        """Give up the answer; a query that is not at its end is ended."""
        self._stream.close()


class Desk:
    """Takes questions of readers, for one store and one event loop; calls of others block."""

    def __init__(self, store: Store, audit: AuditLog, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._streams = store.streams
        self._audit = audit
        self._queue = Queue(self.limits)
        self._checked: Recent[Statement] = Recent(_KEPT)
        self._redacted: Recent[str] = Recent(_KEPT)

    @cached_property
    def tables(self) -> Tables:
        """Return the store's names: they change with migrations alone, which run before."""
        return read_tables(self._streams, self.limits)

    def place(self, reader: Reader) -> AbstractAsyncContextManager[None]:
        """Hold a place for one question; raises RefusedError when there is none in time."""
        return self._queue.place(reader.id)

    def check(self, asked: Asked, reader: Reader) -> Statement:
        """Return what runs for a question; raises QueryError when nothing does."""
        if len(asked.text.encode("utf-8", "replace")) > self.limits.text_bytes:
            allowed = f"up to {self.limits.text_bytes} bytes"
            raise RefusedError("this statement is too long", allowed, _TOO_LONG)
        return self._checked.get((asked.key, reader), lambda: self._check(asked, reader))

    def open(self, statement: Statement, mark: str = "") -> Answer:
        """Return the answer to a checked question; raises QueryError.

        `mark`, from `new_mark`, is for who wants to know how far it is before it begins.
        """
        question = Question(
            sql=statement.sql,
            output_format=statement.output_format,
            settings=statement.settings,
            parameters=statement.parameters,
            mark=mark or new_mark(),
        )
        return Answer(self._streams.open(question), self.limits.seconds)

    def progress(self, mark: str) -> Usage | None:
        """Return how far a question is; None when it does not run."""
        return progress(self._streams, mark)

    def end(self, mark: str) -> None:
        """End a question that has no answer yet; does nothing when it does not run."""
        kill(self._streams, mark)

    def record(
        self,
        asked: Asked,
        reader: Reader,
        *,
        purpose: str,
        usage: Usage,
        fault: str = "",
        action: str = "sql",
        within_s: float = 0.0,
    ) -> None:
        """Note a question in the audit log, its literals replaced; raises StoreError.

        `fault` is "" for a question that was answered, or why it was not, in a few words; `action`
        is what was done with the answer.  It may be noted together with those that come `within_s`.
        """
        text = self._redacted.get(asked.text, lambda: redacted(self._streams, asked.text))
        self._audit.record(
            actor=reader.id,
            action=action if not fault else f"{action}_failed",
            site=",".join(reader.sites),
            rows=usage.result_rows,
            purpose=purpose[:_PURPOSE_CHARACTERS],
            detail=f"{text} [{usage.elapsed_s:.3f} s{fault}]",
            within_s=within_s,
        )

    def _check(self, asked: Asked, reader: Reader) -> Statement:
        for name, value in asked.settings.items():
            check_setting(name, value, self.limits)
        try:
            tree = parse(self._streams, asked.text)
        except NoTreeError:
            return self._describing(asked, reader)
        return self._reading(tree, asked, reader)

    def _reading(self, tree: Node, asked: Asked, reader: Reader) -> Statement:
        outer = dict(asked.settings)
        name = tree.pop("format_ast", {}).get("name", asked.default_format)
        for change in _outer_settings(tree):
            value = change["value"].get("value")
            check_setting(change["name"], value, self.limits)
            outer[change["name"]] = _setting_text(value)
        kind = tree["type"]
        if kind in ("ShowTablesQuery", "ShowColumnsQuery"):
            tree = show.shown(tree, self.tables.database)
        if kind == "ExplainQuery":
            sql = self._explaining(tree, asked, reader)
            return self._statement(sql, name, outer, asked)
        if kind == "SelectWithUnionQuery" or tree["type"] == "SelectWithUnionQuery":
            return self._statement(self._runs(tree, asked, reader), name, outer, asked)
        raise show.no_such_statement(canonical(self._streams, asked.text))

    def _explaining(self, tree: Node, asked: Asked, reader: Reader) -> str:
        """Return the question for a plan, in the form that EXPLAIN takes as a table."""
        query = _explained(tree)
        runs = self._runs(query, asked, reader)
        return f"SELECT * FROM viewExplain('{tree['kind']}', '', ({runs}))"  # noqa: S608

    def _runs(self, tree: Node, asked: Asked, reader: Reader) -> str:
        """Return the text that runs for a tree; raises RefusedError when none may."""
        checked = Checked(tree, self.tables, reader, self.limits, asked.parameters)
        return checked.filled(write(self._streams, tree))

    def _describing(self, asked: Asked, reader: Reader) -> Statement:
        """Return the statement of a kind that the engine has no tree for."""
        text = canonical(self._streams, asked.text)
        if found := show.about_database(text):
            if found["name"] != self.tables.database:
                raise refused(f"the database {found['name']}", f"there is {self.tables.database}")
            sql = f"{found['verb']} {found['name']}"
        elif found := show.described(text):
            database, name = found["database"] or "", found["name"]
            self.tables.definition(database, name, ())
            sql = f"{found['verb']} {database or self.tables.database}.{name}"
        elif found := show.described_query(text):
            tree = parse(self._streams, found["query"])
            sql = f"DESCRIBE TABLE ({self._runs(tree, asked, reader)})"
        else:
            raise show.no_such_statement(text)
        return self._statement(sql, found["format"] or asked.default_format, asked.settings, asked)

    def _statement(
        self, sql: str, output_format: str, settings: Mapping[str, str], asked: Asked
    ) -> Statement:
        return Statement(
            sql=sql,
            output_format=check_format(output_format),
            settings={
                **self.limits.highest(),
                **written_with(output_format),
                **settings,
                **FIXED,
            },
            parameters=asked.parameters,
        )


def new_mark() -> str:
    """Return what tells a question from all others while it runs."""
    return f"footfall {uuid4()}"


def _outer_settings(tree: Node) -> list[Node]:
    """Take from a statement the settings that are for all of it; ours come after them."""
    changes: list[Node] = tree.pop("settings_ast", {}).get("changes", [])
    selects = tree.get("list_of_selects", {}).get("children", [])
    if len(selects) == 1:
        changes = selects[0].pop("settings", {}).get("changes", []) + changes
    return changes


def _explained(tree: Node) -> Node:
    if tree["kind"] not in _EXPLAINS or set(tree) - _EXPLAIN_PARTS:
        raise refused(tree["kind"], "explain AST, SYNTAX, QUERY TREE or the plan, without settings")
    query: Node = tree["query"]
    return query


def _setting_text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)
