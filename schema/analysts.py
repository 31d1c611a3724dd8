"""Analysts: the role of a ClickHouse server that reads the documented views and nothing else."""

from __future__ import annotations

from typing import Final

from schema.statements import split_statements, statement
from schema.store import Store
from schema.stream import QueryError

# ACCESS_DENIED, and ACCESS_STORAGE_FOR_INSERTION_NOT_FOUND: where users stand in files alone.
_NO_RIGHT: Final = frozenset({497, 514})


def make_analyst_role(store: Store) -> bool:
    """Make the role `footfall_analyst` with its grants, profile and quota, where it is missing.

    Returns False where the store's user may make none: then an owner grants the views, as
    deploy/clickhouse/users.xml does.
    """
    try:
        for sql in split_statements(statement("schema.queries", "analyst_role")):
            store.streams.text(sql)
    except QueryError as error:
        if error.code in _NO_RIGHT:
            return False
        raise
    return True
