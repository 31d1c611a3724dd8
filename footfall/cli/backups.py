"""Backup commands of the command line."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from footfall.cli.options import configuration, json_option, show, store_options
from footfall.control import call, call_long, is_running
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
@json_option
@store_options
def create(
    data: Path | None,
    clickhouse_url: str | None,
    as_json: bool,
    path: Path,
    keep_days: int,
    keep: int | None,
) -> None:
    """Write a backup into the directory PATH, which is made; the server may run."""
    config = configuration(data, clickhouse_url)
    result = call_long(
        config,
        "backup_create",
        path=str(path.absolute()),
        keep_days=keep_days,
        keep=keep,
    )
    show(result, as_json=as_json)


@backup.command("list")
@json_option
@store_options
def listing(data: Path | None, clickhouse_url: str | None, as_json: bool) -> None:
    """List the backups that were made here and are kept."""
    result = call(configuration(data, clickhouse_url), "backup_list")
    show(result, as_json=as_json, columns=_COLUMNS)


@backup.command("restore")
@click.argument("path", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--force", is_flag=True, help="Also replace a database that is there.")
@json_option
@store_options
def restore(
    data: Path | None, clickhouse_url: str | None, as_json: bool, path: Path, force: bool
) -> None:
    """Make the database from the backup in PATH; the server must be stopped."""
    config = configuration(data, clickhouse_url)
    if config.clickhouse_url:
        raise CommandError(
            "the tables are on a ClickHouse server: restore them with its own RESTORE command, and"
            " then run 'footfall backup replay' before you start Footfall"
        )
    if is_running(config):
        raise CommandError("the server is running on this data directory: stop it first")
    # As much to import as a store process does; the other commands ask one.
    from footfall.restoring import restore_backup

    try:
        restored = restore_backup(config, path, replace=force)
    except SchemaError as error:
        raise CommandError(str(error)) from error
    show(asdict(restored), as_json=as_json)


@backup.command("replay")
@json_option
@store_options
def replay(data: Path | None, clickhouse_url: str | None, as_json: bool) -> None:
    """Erase again what was erased, after a ClickHouse server's own RESTORE; Footfall is stopped."""
    config = configuration(data, clickhouse_url)
    if is_running(config):
        raise CommandError("the server is running on this data directory: stop it first")
    # As in `restore`.
    from footfall.restoring import replay_ledger

    try:
        show({"replayed": replay_ledger(config)}, as_json=as_json)
    except SchemaError as error:
        raise CommandError(str(error)) from error
