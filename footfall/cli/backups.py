"""Backup commands of the command line."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from footfall.cli.options import Desk, at_desk
from footfall.control import is_running
from footfall.errors import CommandError
from schema import SchemaError

# Our choice: a month to notice that something is missing, and no more for what was erased.
_KEPT_DAYS = 30
_COLUMNS = ("name", "made_at", "kept_until", "path")


@click.group()
def backup() -> None:
    """Copies of all tables, and the way back from one."""


@backup.command("create")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--keep-days",
    type=click.IntRange(1, 3650),
    default=_KEPT_DAYS,
    show_default=True,
    help="After so many days it is deleted, and receipts of erasures say so.",
)
@click.option("--keep", type=click.IntRange(1), help="Delete all but so many of the newest.")
@at_desk
def create(desk: Desk, path: Path, **given: Any) -> None:
    """Write a backup into the directory PATH, which is made; the server may run."""
    desk.show(desk.call_long("backup_create", path=str(path.absolute()), **given))


@backup.command("list")
@at_desk
def listing(desk: Desk) -> None:
    """List the backups that were made here and are kept."""
    desk.answer("backup_list", _COLUMNS)


@backup.command("restore")
@click.argument("path", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--force", is_flag=True, help="Also replace a database that is there.")
@at_desk
def restore(desk: Desk, path: Path, force: bool) -> None:
    """Make the database from the backup in PATH; the server must be stopped."""
    if desk.config.clickhouse_url:
        raise CommandError(
            "the tables are on a ClickHouse server: restore them with its own RESTORE command, and"
            " then run 'footfall backup replay' before you start Footfall"
        )
    if is_running(desk.config):
        raise CommandError("the server is running on this data directory: stop it first")
    # As much to import as a store process does; the other commands ask one.
    from footfall.restoring import restore_backup

    try:
        restored = restore_backup(desk.config, path, replace=force)
    except SchemaError as error:
        raise CommandError(str(error)) from error
    desk.show(asdict(restored))


@backup.command("replay")
@at_desk
def replay(desk: Desk) -> None:
    """Erase again what was erased, after a ClickHouse server's own RESTORE; Footfall is stopped."""
    if is_running(desk.config):
        raise CommandError("the server is running on this data directory: stop it first")
    # As in `restore`.
    from footfall.restoring import replay_ledger

    try:
        desk.show({"replayed": replay_ledger(desk.config)})
    except SchemaError as error:
        raise CommandError(str(error)) from error
