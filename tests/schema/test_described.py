"""Promise: the column reference says what the database says of each view and column."""

from __future__ import annotations

from dashboard.sql.reference import DOCUMENTS, columns_document, schema_document
from schema import Store
from schema.described import described_tables


def test_views_come_with_their_columns_in_order(embedded_store: Store) -> None:
    tables = described_tables(embedded_store)
    assert [table.name for table in tables] == ["events", "sessions", "daily", "dropped"]
    assert [column.name for column in tables[-1].columns] == [
        "site", "hour", "reason", "detail", "count",
    ]  # fmt: skip
    assert tables[-1].columns[-1].meaning == "how many beacons"


def test_the_documents_are_what_the_comments_make(embedded_store: Store) -> None:
    tables = described_tables(embedded_store)
    for name, text in [
        ("columns.md", columns_document(tables)),
        ("schema.txt", schema_document(tables)),
    ]:
        assert (DOCUMENTS / name).read_text(encoding="utf-8") == text, f"{name}: run make docs"
