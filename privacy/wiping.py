"""Wiping: writing parts again without the rows that were deleted, so that their bytes go, too.

A deleted row is at once out of every reader's sight, by a mark in its part.  One rewriting an hour
for all erasures costs a large shop less than one for each.
"""

from __future__ import annotations

from typing import Final

from privacy.mutation import wait_for_table
from schema import Store, statement

_QUERIES: Final = "privacy.queries"

# Our choice: a month of a million events takes 3 s to write again.  Receipts promise twice this.
WIPE_INTERVAL_S: Final = 3600.0


def wipe_deleted(store: Store) -> list[str]:
    """Begin to write again every partition in which rows were deleted; return their names.

    The engine does it in the background.
    """
    found = store.run(_QUERIES, "erased_partitions")
    for table, partition in found:
        values = {"table": table, "partition": partition}
        store.command(statement(_QUERIES, "wipe_partition"), values)
    return [f"{table}/{partition}" for table, partition in found]


def wipe_and_wait(store: Store) -> None:
    """Return when no part has the bytes of a row that was deleted before.

    For a backup, which copies parts as they are.  Raises RetentionError.
    """
    tables = {name.partition("/")[0] for name in wipe_deleted(store)}
    for table in sorted(tables):
        wait_for_table(store, table, "wipe_partition")
