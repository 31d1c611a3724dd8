"""Backup commands that a running store process carries out."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from footfall.backups import Known, create_backup, known_backups, remove_backups
from footfall.commands.context import Context
from footfall.errors import CommandError
from schema.engine_config import has_parts

_one_at_a_time: Final = threading.Lock()


def create(context: Context, path: str, keep_days: int, keep: int | None = None) -> dict[str, Any]:
    """Write a backup into a directory; then delete those that are over and, with `keep`, older."""
    if context.config.clickhouse_url:
        raise CommandError(
            "the tables are on a ClickHouse server: back them up with its own BACKUP command"
        )
    if context.config.keys and has_parts(context.paths.database):
        raise CommandError(
            "older rows are not encrypted yet: run 'footfall encryption rotate' and again in ten"
            " minutes, then make the backup"
        )
    if not _one_at_a_time.acquire(blocking=False):
        raise CommandError("a backup is being made already: wait until it is done")
    try:
        return _create(context, Path(path), keep_days, keep)
    finally:
        _one_at_a_time.release()


def listing(context: Context) -> list[dict[str, Any]]:
    """Return the backups that were made here and are kept."""
    return [_shown(backup) for backup in known_backups(context.paths)]


def _create(context: Context, path: Path, keep_days: int, keep: int | None) -> dict[str, Any]:
    now = datetime.now(UTC)
    made = create_backup(context.store, context.paths, context.config.keys, path, keep_days, now)
    return {
        "name": made.name,
        "path": str(path),
        "kept_until": made.kept_until.isoformat(timespec="seconds"),
        "tables": len(made.tables),
        "rows": sum(table.rows for table in made.tables.values()),
        "removed": remove_backups(context.paths, now, keep=keep),
    }


def _shown(backup: Known) -> dict[str, Any]:
    return {
        "name": backup.name,
        "path": backup.path,
        "made_at": backup.made_at.isoformat(timespec="seconds"),
        "kept_until": backup.kept_until.isoformat(timespec="seconds"),
    }
