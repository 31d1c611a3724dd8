"""User commands of the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from footfall.cli.options import configuration, json_option, show, store_options
from footfall.control import call
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
@json_option
@store_options
def add(
    data: Path | None,
    clickhouse_url: str | None,
    as_json: bool,
    password_stdin: bool,
    sites: tuple[str, ...],
    path_prefixes: tuple[str, ...],
    **given: Any,
) -> None:
    """Add a user."""
    arguments = {**given, "sites": list(sites), "path_prefixes": list(path_prefixes)}
    config = configuration(data, clickhouse_url)
    result = call(config, "user_add", password=_password(password_stdin), **arguments)
    show(result, as_json=as_json)


@user.command("list")
@json_option
@store_options
def listing(data: Path | None, clickhouse_url: str | None, as_json: bool) -> None:
    """List the users."""
    result = call(configuration(data, clickhouse_url), "user_list")
    show(result, as_json=as_json, columns=_COLUMNS)


@user.command("set")
@click.argument("email")
@_ROLE
@_SITES
@_PREFIXES
@json_option
@store_options
def change(
    data: Path | None, clickhouse_url: str | None, as_json: bool, email: str, **given: Any
) -> None:
    """Change a user; what is not given stays."""
    changes = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in given.items()
        if value not in (None, ())
    }
    config = configuration(data, clickhouse_url)
    show(call(config, "user_set", email=email, **changes), as_json=as_json)


@user.command("remove")
@click.argument("email")
@json_option
@store_options
def remove(data: Path | None, clickhouse_url: str | None, as_json: bool, email: str) -> None:
    """End an account and its sessions."""
    show(call(configuration(data, clickhouse_url), "user_remove", email=email), as_json=as_json)


@user.command("password")
@click.argument("email")
@_PASSWORD
@json_option
@store_options
def password(
    data: Path | None, clickhouse_url: str | None, as_json: bool, email: str, password_stdin: bool
) -> None:
    """Set a user's password; every session of the user ends."""
    config = configuration(data, clickhouse_url)
    result = call(config, "user_password", email=email, password=_password(password_stdin))
    show(result, as_json=as_json)


@user.command("reset-2fa")
@click.argument("email")
@json_option
@store_options
def reset_second_factor(
    data: Path | None, clickhouse_url: str | None, as_json: bool, email: str
) -> None:
    """Let a user who lost the telephone and the recovery codes sign in by password alone."""
    show(call(configuration(data, clickhouse_url), "user_reset_2fa", email=email), as_json=as_json)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsageError("no terminal to ask for the password: pass it with --password-stdin")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
