"""SQL command: the operator's own question, under the same rules as an analyst's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from dashboard.sql.desk import Answer, Desk
from dashboard.sql.reader import Reader
from dashboard.sql.statement import Asked
from footfall.commands.context import Context
from schema.stream import QueryError, Usage, escaped

# Read at once from the answer.  Our choice: few calls, and little memory.
_PIECE_BYTES: Final = 256 * 1024
OPERATOR: Final = Reader(id="cli", name="cli", sites=())


def answer(
    context: Context,
    text: str,
    output_format: str,
    parameters: Mapping[str, str] | None = None,
    purpose: str = "",
) -> Iterator[bytes]:
    """Yield the answer as it is made, and note the question in the audit log.

    Raises QueryError when the question may not run, or fails.
    """
    desk = Desk(context.store, context.audit)
    bound = {name: escaped(value) for name, value in (parameters or {}).items()}
    asked = Asked(text=text, parameters=bound, default_format=output_format)
    try:
        found = desk.open(desk.check(asked, OPERATOR))
    except QueryError as error:
        _note(desk, asked, purpose, Usage(), f", error {error.code}")
        raise
    yield from _pieces(desk, asked, purpose, found)


def _pieces(desk: Desk, asked: Asked, purpose: str, found: Answer) -> Iterator[bytes]:
    fault = ", given up"
    try:
        while piece := found.read(_PIECE_BYTES):
            yield piece
        fault = ""
    except QueryError as error:
        fault = f", error {error.code}"
        raise
    finally:
        found.close()
        _note(desk, asked, purpose, found.usage, fault)


def _note(desk: Desk, asked: Asked, purpose: str, usage: Usage, fault: str) -> None:
    desk.record(asked, OPERATOR, purpose=purpose, usage=usage, fault=fault)
