"""Mutation: a change of rows in place, waited for until every part has it.

The engine is asked whether it is done: a call that waited itself would run into the connection's
time limit, and nothing would be known of a change that goes on after a restart.
"""

from __future__ import annotations

import time
from typing import Any, Final

from privacy.errors import RetentionError
from schema import Store, statement

_QUERIES: Final = "privacy.queries"
_PAUSE_S: Final = 0.02
_LONGEST_PAUSE_S: Final = 1.0
# Our choice: many times what a month of 20 million events takes.
_LIMIT_S: Final = 3600.0


def mutate(store: Store, table: str, name: str, **values: Any) -> None:
    """Run the mutation in `name`.sql and return when all of the table's mutations are done.

    Raises RetentionError when one fails or an hour was not enough; the engine goes on with it.
    """
    store.command(statement(_QUERIES, name), values)
    wait_for_table(store, table, name)


def wait_for_table(store: Store, table: str, name: str) -> None:
    """Return when all mutations of a table are done; `name` is what an error calls them.

    Raises RetentionError as `mutate` does.
    """
    ends_s = time.monotonic() + _LIMIT_S
    pause_s = _PAUSE_S
    while True:
        [(left, reason)] = store.run(_QUERIES, "mutations_left", table=table)
        if not left:
            return
        if reason or time.monotonic() >= ends_s:
            said = reason.splitlines()[0][:200] if reason else f"not done after {_LIMIT_S:.0f} s"
            raise RetentionError(f"{table}: {name} is still to be done: {said}")
        time.sleep(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
