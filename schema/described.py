"""Described tables: the documented views as the database's own comments tell of them."""

from __future__ import annotations

from dataclasses import dataclass

from schema.store import Store


@dataclass(frozen=True, slots=True)
class DescribedColumn:
    """One column."""

    name: str
    type: str  # as the engine writes it
    meaning: str


@dataclass(frozen=True, slots=True)
class DescribedTable:
    """One documented view, its columns in their order."""

    name: str
    meaning: str
    columns: tuple[DescribedColumn, ...]


def described_tables(store: Store) -> list[DescribedTable]:
    """Return the documented views, the most asked one first; raises StoreError."""
    return [
        DescribedTable(name, meaning, tuple(DescribedColumn(*column) for column in columns))
        for name, meaning, columns in store.run("schema.queries", "described_tables")
    ]
