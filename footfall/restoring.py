"""Restoring: a data directory's database made anew from a backup, erasures included."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from footfall.backups import Manifest, fill_from_backup, read_manifest, restore_files
from footfall.config import Config
from footfall.errors import CommandError
from footfall.opening import check_keys, note_keys, noted_keys, open_store
from footfall.paths import DataPaths
from privacy.audit import AuditLog
from privacy.carry_out import Clerk
from privacy.ledger import Entry, Ledger
from schema import Store, migrate, open_embedded
from schema.engine_config import disks_in_use, has_parts
from schema.keys import Keys


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back from a backup, and how many erasures and the like were done to it again."""

    name: str
    tables: int
    rows: int
    replayed: int


def restore_backup(config: Config, backup: Path, *, replace: bool) -> Restored:
    """Make the database from a backup; nothing is touched before all of it was found whole.

    The store process must be stopped.  Raises CommandError for a database that is there already,
    unless `replace`, and for a backup whose time is over; SchemaError.
    """
    paths = DataPaths(config.data)
    paths.make()
    check_keys(config)
    if not replace and (has_parts(paths.database) or disks_in_use(paths.database)):
        raise CommandError(
            f"{paths.root} holds a database already: --force replaces it by the backup's"
        )
    manifest, key_id = read_manifest(backup, config.keys)
    if manifest.kept_until <= datetime.now(UTC) and not replace:
        raise CommandError(
            f"the backup was to be kept until {manifest.kept_until:%Y-%m-%d}: erasures since may"
            " be forgotten; --force restores it nevertheless"
        )
    # Files that are encrypted come back with the key that they were written with.
    keys = config.keys.led_by(key_id) if key_id else config.keys
    new = paths.database.with_name("restored")
    shutil.rmtree(new, ignore_errors=True)
    try:
        with closing(open_embedded(new, keys)) as store:
            fill_from_backup(store, new, backup, manifest)
            migrate(store)
            replayed = _erase_again(store, paths, keys, backup)
            AuditLog(store).record(actor="cli", action="restore", rows=_rows(manifest))
        _replace(paths, new, keys)
    finally:
        shutil.rmtree(new, ignore_errors=True)
        for beside in (".lock", ".xml"):
            new.with_suffix(beside).unlink(missing_ok=True)
    restore_files(paths, backup, config.keys)
    return Restored(manifest.name, len(manifest.tables), _rows(manifest), replayed)


def replay_ledger(config: Config) -> int:
    """Carry out again what the data directory's ledger says; return how many.

    For a ClickHouse server that was restored by its own means.  The writer must be stopped.
    """
    with closing(open_store(config)) as store:
        migrate(store)
        replayed = Clerk(store, config.data, config.keys).replay_ledger()
        AuditLog(store).record(actor="cli", action="restore", rows=replayed)
        return replayed


def _replace(paths: DataPaths, new: Path, keys: Keys) -> None:
    """Put the new database where the old one was."""
    if keys:
        current = keys.current.id
        note_keys(paths, [current, *(key for key in noted_keys(paths) if key != current)])
    old = paths.database.with_name("replaced")
    shutil.rmtree(old, ignore_errors=True)
    if paths.database.exists():
        paths.database.rename(old)
    new.rename(paths.database)
    shutil.rmtree(old, ignore_errors=True)


def _rows(manifest: Manifest) -> int:
    return sum(table.rows for table in manifest.tables.values())


def _erase_again(store: Store, paths: DataPaths, keys: Keys, backup: Path) -> int:
    """Carry out what was erased, corrected or held since the backup was made; return how many.

    The ledger beside the backup is there also when the data directory was lost; the directory's
    own may be newer.
    """
    ledger = Ledger(paths.root, keys)
    for entry in _missing(ledger, Ledger(backup, keys)):
        ledger.note(entry.record, entry.noted_at)
    return Clerk(store, paths.root, keys).replay_ledger()


def _missing(ledger: Ledger, other: Ledger) -> Iterable[Entry]:
    known = {entry.record.id for entry in ledger.entries()}
    return [entry for entry in other.entries() if entry.record.id not in known]
