"""Read store: rows of a stopped installation, in a process of its own.

A process has one embedded engine at one path, and the tests' own process has another one open.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_ALL_TABLES = "--all-tables"
_LIST_TABLES = (
    "SELECT name FROM system.tables WHERE database = 'footfall' AND engine LIKE '%MergeTree'"
)


def read_store(data: Path, sql: str) -> list[list[Any]]:
    """Return the rows of a query over the database in a data directory, as JSON gives them."""
    rows: list[list[Any]] = _read(data, sql)
    return rows


def read_tables(data: Path) -> dict[str, list[list[Any]]]:
    """Return every row of every table, by the table's name."""
    tables: dict[str, list[list[Any]]] = _read(data, _ALL_TABLES)
    return tables


def _read(data: Path, what: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.read_store", str(data), what],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def main() -> None:
    """Print the rows of the query in the second argument, or of every table."""
    from schema import open_embedded

    store = open_embedded(Path(sys.argv[1]) / "clickhouse")
    try:
        if sys.argv[2] == _ALL_TABLES:
            found: Any = {
                name: store.rows("SELECT * FROM {name:Identifier}", {"name": name})
                for (name,) in store.rows(_LIST_TABLES)
            }
        else:
            found = store.rows(sys.argv[2])
        sys.stdout.write(json.dumps(found, default=str))
    finally:
        store.close()


if __name__ == "__main__":
    main()
