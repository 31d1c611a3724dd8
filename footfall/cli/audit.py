"""Audit commands of the command line."""

from __future__ import annotations

import sys
from typing import Any

import click

from footfall.cli.options import Desk, at_desk

_COLUMNS = ("at", "actor", "action", "site", "rows", "purpose", "detail")
_BROKEN = ("chain", "number", "reason")


@click.group()
def audit() -> None:
    """Who did what with the figures, and whether the log of it is whole."""


@audit.command("verify")
@at_desk
def verify(desk: Desk) -> None:
    """Find every changed, missing or reordered record; exit 1 when there is one.

    Run it where the writer's data directory is: its key made the checkpoints.
    """
    verified = desk.call_long("audit_verify")
    found = verified["broken"]
    if found or desk.as_json:
        desk.show(found, _BROKEN)
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
@at_desk
def listing(desk: Desk, **given: Any) -> None:
    """List records, newest first."""
    desk.answer("audit_list", _COLUMNS, **given)
