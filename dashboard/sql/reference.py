"""Reference: what analysts may read, as documents made from the schema's own comments.

`python -m dashboard.sql.reference` writes docs/analysts/columns.md, for people, and schema.txt, for
tools that write SQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from schema import migrate, open_embedded
from schema.described import DescribedTable, described_tables

DOCUMENTS: Final = Path(__file__).parents[2] / "docs" / "analysts"

_COLUMNS_HEAD: Final = """\
# Columns

Made from the comments in the database by `make docs`. The same stands in `system.columns`, in the
browser of the SQL page, and for tools that write SQL in [schema.txt](schema.txt).
"""
_SCHEMA_HEAD: Final = """\
-- Footfall, for tools that write SQL.  Dialect: ClickHouse.  Database: footfall.
-- Only SELECT runs, over these four views; each question sees the sites of who asks.
-- Give site and a range of day first: both stand first in the order of the rows.
-- Visitors of different days never overlap: count them with uniqExact(visitor) within a day or any
-- range of days, and leave 0, which is nobody, out: uniqExactIf(visitor, visitor != 0).
-- Pageviews are countIf(name = 'pageview'); engagements are rows, but no events.
-- is_bounce and every rate are fractions in 0..1.  Money is exact for each currency: never add two.
-- region and city are '' until that site, day and value has the site's small number of visitors.
-- Closed days of any age are in daily; take dimension = '' for the totals of a site.
"""


def columns_document(tables: Sequence[DescribedTable]) -> str:
    """Return columns.md."""
    parts = [_COLUMNS_HEAD]
    for table in tables:
        rows = [
            f"| `{column.name}` | `{column.type}` | {column.meaning} |" for column in table.columns
        ]
        head = "| column | type | |\n| --- | --- | --- |"
        parts.append("\n".join([f"## {table.name}\n", f"{table.meaning}\n", head, *rows]) + "\n")
    return "\n".join(parts)


def schema_document(tables: Sequence[DescribedTable]) -> str:
    """Return schema.txt."""
    parts = [_SCHEMA_HEAD]
    for table in tables:
        columns = table.columns
        rows = [
            f"    {column.name} {column.type}{',' if column is not columns[-1] else ''}"
            f"  -- {column.meaning}"
            for column in columns
        ]
        parts.append("\n".join([f"-- {table.meaning}", f"{table.name} (", *rows, ");"]) + "\n")
    return "\n".join(parts)


def write_documents(folder: Path) -> None:
    """Write both into a folder, as a new database describes itself."""
    with TemporaryDirectory() as made:
        store = open_embedded(Path(made) / "database")
        try:
            migrate(store)
            tables = described_tables(store)
        finally:
            store.close()
    (folder / "columns.md").write_text(columns_document(tables), encoding="utf-8")
    (folder / "schema.txt").write_text(schema_document(tables), encoding="utf-8")


if __name__ == "__main__":
    write_documents(DOCUMENTS)
