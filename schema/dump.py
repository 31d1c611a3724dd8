"""Dump: all tables of an embedded database as files, and what proves that they came back whole."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import msgspec

from schema.engine_config import BACKUPS
from schema.statements import statement
from schema.store import DATABASE, Store

# Where a dump is restored to at once, to see that it can be and to take its sums.
_TRIAL: Final = "footfall_trial"


class TableSum(msgspec.Struct, frozen=True):
    """What a table's rows come to, in whatever parts they lie."""

    rows: int
    hash: int  # the sum of the rows' hashes, modulo 2**64


def write_dump(store: Store, database: Path, name: str) -> tuple[Path, dict[str, TableSum]]:
    """Write a dump named `name`; return its directory, below that of the engine, and its sums.

    What is encrypted on the disk is so in the dump.  The dump is of one instant for each table.
    """
    directory = database / BACKUPS / name
    remove_leftovers(store, database)
    store.command(f"BACKUP DATABASE {DATABASE} TO File('{name}')")
    try:
        store.command(f"RESTORE DATABASE {DATABASE} AS {_TRIAL} FROM File('{name}')")
        sums = table_sums(store, _TRIAL)
        store.command(f"DROP DATABASE {_TRIAL} SYNC")
    except BaseException:
        remove_leftovers(store, database)
        raise
    return directory, sums


def remove_leftovers(store: Store, database: Path) -> None:
    """Remove what a dump that was cut off left behind: erasures do not reach it."""
    store.command(f"DROP DATABASE IF EXISTS {_TRIAL} SYNC")
    shutil.rmtree(database / BACKUPS, ignore_errors=True)


def read_dump(store: Store, name: str) -> dict[str, TableSum]:
    """Fill an empty database from the dump in the engine's directory; return the sums there."""
    store.command(f"DROP DATABASE IF EXISTS {DATABASE} SYNC")
    store.command(f"RESTORE DATABASE {DATABASE} FROM File('{name}')")
    return table_sums(store, DATABASE)


def table_sums(store: Store, database: str) -> dict[str, TableSum]:
    """Return the sum of each table that holds rows of its own, by its name."""
    found = {}
    for table, merges_rows in store.run("schema.queries", "tables_with_rows", database=database):
        names = {"database": database, "table": table}
        name = "sum_of_merged_rows" if merges_rows else "sum_of_rows"
        ((rows, digest),) = store.rows(statement("schema.queries", name), names)
        found[str(table)] = TableSum(int(rows), int(digest))
    return found
