"""Audit commands of the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from footfall.cli.options import configuration, json_option, show, store_options
from footfall.control import call, call_long

_COLUMNS = ("at", "actor", "action", "site", "rows", "purpose", "detail")
_BROKEN = ("chain", "number", "reason")


@click.group()
def audit() -> None:
    """Who did what with the figures, and whether the log of it is whole."""


@audit.command("verify")
@json_option
@store_options
def verify(data: Path | None, clickhouse_url: str | None, as_json: bool) -> None:
    """Find every changed, missing or reordered record; exit 1 when there is one.

    Run it where the writer's data directory is: its key made the checkpoints.
    """
    verified = call_long(configuration(data, clickhouse_url), "audit_verify")
    found = verified["broken"]
    if found or as_json:
        show(found, as_json=as_json, columns=_BROKEN)
    elif verified["is_empty"]:
        click.echo("there is no audit log yet: it begins with the first start or change")
    else:
        click.echo("the audit log is whole")
    if found:
        sys.exit(1)


@audit.command("list")
@click.option("--actor", default="", help="A user's or token's id, 'cli' or 'system'.")
@click.option("--action", default="", help="Such as sign_in, view, export, setting.")
@click.option("--site", default="", help="One site's records.")
@click.option("--day", default="", metavar="YYYY-MM-DD", help="One day's, in UTC.")
@click.option("--limit", type=int, default=100, show_default=True, help="At most so many.")
@json_option
@store_options
def listing(data: Path | None, clickhouse_url: str | None, as_json: bool, **given: Any) -> None:
    """List records, newest first."""
    found = call(configuration(data, clickhouse_url), "audit_list", **given)
    show(found, as_json=as_json, columns=_COLUMNS)
