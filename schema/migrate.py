"""Migrator: brings a database's tables to the newest numbered `.sql` file, forward only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources

from schema.errors import NewerSchemaError
from schema.statements import split_statements, statement
from schema.store import Store

_FILE_NAME = re.compile(r"(?P<version>\d{4})_(?P<name>\w+)\.sql")


@dataclass(frozen=True, slots=True, order=True)
class Migration:
    """One numbered file: `version` counts from 1, `name` begins with a verb."""

    version: int
    name: str

    @property
    def file_stem(self) -> str:
        """Return the file's name without its ending."""
        return f"{self.version:04d}_{self.name}"


def migrations() -> list[Migration]:
    """Return every migration there is, oldest first."""
    names = (file.name for file in resources.files("schema.migrations").iterdir())
    matches = (_FILE_NAME.fullmatch(name) for name in names)
    return sorted(Migration(int(m["version"]), m["name"]) for m in matches if m)


def migrate(store: Store) -> list[Migration]:
    """Apply what is missing and return it, oldest first.

    Safe to run twice at once: each statement can be repeated, and recording a migration twice
    says the same.  Raises NewerSchemaError, before any change, for a database from the future.
    """
    store.command(statement("schema.queries", "create_schema_migrations"))
    applied = {version for (version,) in store.run("schema.queries", "applied_migrations")}
    known = migrations()
    _refuse_newer(applied, known)
    missing = [migration for migration in known if migration.version not in applied]
    for migration in missing:
        for sql in split_statements(statement("schema.migrations", migration.file_stem)):
            store.command(sql)
        store.insert(
            "schema_migrations", ["version", "name"], [[migration.version, migration.name]]
        )
    return missing


def _refuse_newer(applied: set[int], known: list[Migration]) -> None:
    newest = known[-1].version
    if applied and max(applied) > newest:
        raise NewerSchemaError(
            f"the database is at migration {max(applied)}, this Footfall knows up to {newest}:"
            " run the version that migrated it, or a newer one"
        )
