"""Own query: an operator's question for a file, under the rules of every analyst's question."""

from __future__ import annotations

from typing import Final

from dashboard.sql.desk import Desk
from dashboard.sql.limits import GIB, Limits
from dashboard.sql.statement import Asked
from footfall.commands.context import Context
from footfall.commands.sql import OPERATOR
from schema.exporting import Extract, count_rows
from schema.stream import QueryError, Usage

# Our choice: what may be asked is what analysts may ask; how much is the operator's own affair, but
# for the memory that the writer beside it needs.
_LIMITS: Final = Limits(
    seconds=1800,
    seconds_in_all=86_400,
    memory_bytes=4 * GIB,
    read_rows=10**12,
    read_bytes=2**50,
    result_rows=10**12,
    result_bytes=2**50,
)


def count_own_rows(context: Context, text: str, purpose: str) -> int:
    """Return how many rows a question has, and note it in the audit log as exported.

    Raises QueryError when it may not run, or fails; that is noted, too.
    """
    desk = Desk(context.store, context.audit, _LIMITS)
    asked = Asked(text=text)
    usage, fault = Usage(), ""
    try:
        usage = Usage(result_rows=count_rows(context.store, _extract(desk, text)))
    except QueryError as error:
        fault = f", error {error.code}"
        raise
    finally:
        desk.record(asked, OPERATOR, purpose=purpose, usage=usage, fault=fault, action="export")
    return usage.result_rows


def extract_own(context: Context, text: str) -> Extract:
    """Return what runs for a question; raises QueryError when nothing may."""
    return _extract(Desk(context.store, context.audit, _LIMITS), text)


def _extract(desk: Desk, text: str) -> Extract:
    # Within brackets it can name no file and no format of its own.
    within = f"SELECT * FROM\n(\n{text.strip().rstrip(';')}\n)"
    statement = desk.check(Asked(text=within), OPERATOR)
    return Extract(statement.sql, statement.parameters, statement.settings)
