"""Token commands of the command line."""

from __future__ import annotations

from typing import Any

import click

from footfall.cli.options import Desk, at_desk

_COLUMNS = ("name", "scope", "sites")


@click.group()
def token() -> None:
    """What programs show instead of a password."""


@token.command("add")
@click.argument("name")
@click.option("--scope", required=True, help="stats, sql or events.")
@click.option("--site", "sites", multiple=True, help="Repeats; none is all.")
@at_desk
def add(desk: Desk, **given: Any) -> None:
    """Add a token and print it; it is not shown again."""
    desk.answer("token_add", **given)


@token.command("list")
@at_desk
def listing(desk: Desk) -> None:
    """List the tokens."""
    desk.answer("token_list", _COLUMNS)


@token.command("remove")
@click.argument("name")
@at_desk
def remove(desk: Desk, name: str) -> None:
    """End a token."""
    desk.answer("token_remove", name=name)
