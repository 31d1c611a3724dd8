"""Read store: rows of a stopped installation, in a process of its own.

A process has one embedded engine at one path, and the tests' own process has another one open.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def read_store(data: Path, sql: str) -> list[list[Any]]:
    """Return the rows of a query over the database in a data directory, as JSON gives them."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.read_store", str(data), sql],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    rows: list[list[Any]] = json.loads(done.stdout)
    return rows


def main() -> None:
    """Print the rows of the query in the second argument."""
    from schema import open_embedded

    store = open_embedded(Path(sys.argv[1]) / "clickhouse")
    try:
        sys.stdout.write(json.dumps(store.rows(sys.argv[2]), default=str))
    finally:
        store.close()


if __name__ == "__main__":
    main()
