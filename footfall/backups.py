"""Backups: copies of the store in a directory, what stands beside them, and how long they are kept.

A backup holds all tables, the key that signs statements, what notices said and will say, and the
ledger of erasures, which is kept up to date until the backup goes.  It never holds a salt, nor what
the journal has not handed over.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
import structlog

from footfall.errors import CommandError
from footfall.paths import DataPaths
from privacy.errors import RetentionError
from privacy.ledger import LEDGER_FILE, Backup, Ledger
from privacy.signing import KEY_FILE
from privacy.wiping import wipe_and_wait
from schema import Store, migrations
from schema.dump import TableSum, read_dump, write_dump
from schema.engine_config import BACKUPS
from schema.files import sync_directory, write_atomically
from schema.keys import Keys
from schema.sealing import file_key_id, open_file, seal_file

MANIFEST: Final = "manifest"
TABLES: Final = "tables"
_USE: Final = b"backup"

_log = structlog.get_logger(__name__)


class Manifest(msgspec.Struct, frozen=True):
    """What a backup is said to hold; sealed, so that nobody else can have written it."""

    name: str
    made_at: datetime
    kept_until: datetime
    migration: int
    tables: dict[str, TableSum]
    files: dict[str, str]  # path in the backup to SHA-256, of all but manifest and ledger


class Known(msgspec.Struct, frozen=True):
    """A backup that this installation made, where it put it."""

    name: str
    path: str
    made_at: datetime
    kept_until: datetime


def create_backup(
    store: Store, paths: DataPaths, keys: Keys, target: Path, kept_days: int, now: datetime
) -> Manifest:
    """Write a backup into the directory `target`, which must not be there or be empty.

    It holds no bytes of rows that were erased before.  Raises CommandError.
    """
    if target.exists() and any(target.iterdir()):
        raise CommandError(f"{target} is not empty: name a directory for this backup alone")
    name = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    kept_until = now + timedelta(days=kept_days)
    # First: who is erased while it is made gets a receipt that names it.
    Ledger(paths.root, keys).note_backup(Backup(name, now, kept_until))
    _wipe(store)
    dump, sums = write_dump(store, paths.database, name)
    # The name changes at the end: what is cut off never looks like a backup.
    partial = target.with_name(f".{target.name}.{name}")
    try:
        partial.mkdir(parents=True, mode=0o700)
        shutil.move(dump, partial / TABLES)
        for file in _beside(paths):
            copy = partial / file.relative_to(paths.root)
            copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_atomically(copy, seal_file(keys, _USE, file.read_bytes()))
        manifest = Manifest(
            name=name,
            made_at=now,
            kept_until=kept_until,
            migration=migrations()[-1].version,
            tables=sums,
            files={file: _digest(partial / file) for file in _files(partial)},
        )
        content = seal_file(keys, _USE, msgspec.json.encode(manifest))
        write_atomically(partial / MANIFEST, content)
        _make_durable(partial)
        if target.exists():
            target.rmdir()
        partial.rename(target)
        sync_directory(target.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(dump, ignore_errors=True)
        raise
    known = Known(name, str(target.absolute()), now, kept_until)
    _save_known(paths, [*known_backups(paths), known])
    copy_ledger(paths)
    return manifest


def read_manifest(backup: Path, keys: Keys) -> tuple[Manifest, str]:
    """Return a backup's manifest and the id of the key that sealed it, "" for none.

    Raises CommandError unless every file is there as it was written; MissingKeyError, SealError.
    """
    try:
        content = (backup / MANIFEST).read_bytes()
    except OSError as error:
        raise CommandError(f"{backup} holds no backup: {error.strerror}") from error
    manifest = msgspec.json.decode(open_file(keys, _USE, content), type=Manifest)
    found = {file: _digest(backup / file) for file in _files(backup)}
    for file in sorted(manifest.files.keys() | found.keys()):
        if manifest.files.get(file) != found.get(file):
            raise CommandError(f"{file} of the backup is not as it was written: use another backup")
    return manifest, file_key_id(content)


def fill_from_backup(store: Store, database: Path, backup: Path, manifest: Manifest) -> None:
    """Fill an empty store; raises CommandError unless each table comes to the same sum."""
    staged = database / BACKUPS / manifest.name
    shutil.copytree(backup / TABLES, staged)
    try:
        found = read_dump(store, manifest.name)
    finally:
        shutil.rmtree(staged)
    for table, expected in manifest.tables.items():
        if found.get(table) != expected:
            raise CommandError(f"table {table} came back otherwise than it was: use another backup")


def restore_files(paths: DataPaths, backup: Path, keys: Keys) -> None:
    """Put back what stood beside the database and is not there: what is, is newer."""
    for file in _beside(DataPaths(backup)):
        target = paths.root / file.relative_to(backup)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_atomically(target, open_file(keys, _USE, file.read_bytes()))


def known_backups(paths: DataPaths) -> list[Known]:
    """Return the backups that were made here and are still kept, oldest first."""
    try:
        return msgspec.json.decode(paths.backups.read_bytes(), type=list[Known])
    except FileNotFoundError:
        return []


def remove_backups(paths: DataPaths, now: datetime, *, keep: int | None = None) -> list[str]:
    """Delete the backups whose time is over, and all but the newest `keep`; return their names."""
    known = known_backups(paths)
    newest = known if keep is None else known[len(known) - keep :]
    kept = [backup for backup in newest if backup.kept_until > now]
    gone = [backup for backup in known if backup not in kept]
    for backup in gone:
        path = Path(backup.path)
        # It may have been moved away, and another one put there.
        if (path / MANIFEST).exists():
            shutil.rmtree(path)
    if gone:
        _save_known(paths, kept)
    return [backup.name for backup in gone]


def copy_ledger(paths: DataPaths) -> None:
    """Put the ledger of erasures as it is now beside each backup, so that none undoes them."""
    ledger = paths.root / LEDGER_FILE
    if not ledger.exists():
        return
    content = ledger.read_bytes()
    for backup in known_backups(paths):
        copy = Path(backup.path) / LEDGER_FILE
        if copy.parent.is_dir() and not (copy.exists() and copy.read_bytes() == content):
            write_atomically(copy, content)


def keep_backups(paths: DataPaths) -> None:
    """Delete the backups whose time is over, and keep the ledger beside the others as it is."""
    for name in remove_backups(paths, datetime.now(UTC)):
        _log.info("backup_removed", backup=name)
    copy_ledger(paths)


def trim_ledger(paths: DataPaths, keys: Keys) -> None:
    """Forget the erasures that no backup can undo any more."""
    now = datetime.now(UTC)
    ledger = Ledger(paths.root, keys)
    oldest = next((backup.made_at for backup in ledger.backups(now)), now)
    ledger.drop_before(oldest, now)


def _wipe(store: Store) -> None:
    """Write parts again without deleted rows, which are only marked at first."""
    try:
        wipe_and_wait(store)
    except RetentionError as error:
        raise CommandError(f"deleted rows are still in the tables' files: {error}") from error


def _save_known(paths: DataPaths, known: list[Known]) -> None:
    write_atomically(paths.backups, msgspec.json.encode(known))


def _beside(paths: DataPaths) -> Iterator[Path]:
    """Yield the files that go into a backup beside the tables; they stand in it as they did."""
    for path in (paths.root / KEY_FILE, paths.plans, paths.timeline):
        if path.exists():
            yield path
    # Each wording of each site.
    yield from sorted(paths.notices.rglob("*.json"))


def _files(backup: Path) -> Iterator[str]:
    """Yield the paths of what the manifest answers for."""
    for path in backup.rglob("*"):
        name = str(path.relative_to(backup))
        if path.is_file() and name not in (MANIFEST, LEDGER_FILE):
            yield name


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _make_durable(directory: Path) -> None:
    """Return when all files below a directory, and their names, are on the disk."""
    for path in [directory, *directory.rglob("*")]:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
