"""User commands of the command line."""

from __future__ import annotations

import sys
from typing import Any

import click

from footfall.cli.options import Desk, at_desk, changes_in
from footfall.errors import UsageError

_COLUMNS = ("email", "role", "sites", "path_prefixes", "second_factor")
_ROLE = click.option("--role", help="owner, analyst, viewer or seller.")
_SITES = click.option("--site", "sites", multiple=True, help="Repeats; none is all.")
_PREFIXES = click.option(
    "--path-prefix", "path_prefixes", multiple=True, help="Repeats; for a seller's own pages."
)
_PASSWORD = click.option("--password-stdin", is_flag=True, help="Read it from standard input.")


@click.group()
def user() -> None:
    """Who may sign in to the dashboard."""


@user.command("add")
@click.argument("email")
@click.option("--role", required=True, help="owner, analyst, viewer or seller.")
@_SITES
@_PREFIXES
@_PASSWORD
@at_desk
def add(desk: Desk, password_stdin: bool, **given: Any) -> None:
    """Add a user."""
    desk.answer("user_add", password=_password(desk, password_stdin), **given)


@user.command("list")
@at_desk
def listing(desk: Desk) -> None:
    """List the users."""
    desk.answer("user_list", _COLUMNS)


@user.command("set")
@click.argument("email")
@_ROLE
@_SITES
@_PREFIXES
@at_desk
def change(desk: Desk, email: str, **given: Any) -> None:
    """Change a user; what is not given stays."""
    desk.answer("user_set", email=email, **changes_in(given))


@user.command("remove")
@click.argument("email")
@at_desk
def remove(desk: Desk, email: str) -> None:
    """End an account and its sessions."""
    desk.answer("user_remove", email=email)


@user.command("password")
@click.argument("email")
@_PASSWORD
@at_desk
def password(desk: Desk, email: str, password_stdin: bool) -> None:
    """Set a user's password; every session of the user ends."""
    desk.answer("user_password", email=email, password=_password(desk, password_stdin))


@user.command("reset-2fa")
@click.argument("email")
@at_desk
def reset_second_factor(desk: Desk, email: str) -> None:
    """Let a user who lost the telephone and the recovery codes sign in by password alone."""
    desk.answer("user_reset_2fa", email=email)


def _password(desk: Desk, from_stdin: bool) -> str:
    # Raises when it is wrong, before somebody types a password for nothing.
    _ = desk.config
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsageError("no terminal to ask for the password: pass it with --password-stdin")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
