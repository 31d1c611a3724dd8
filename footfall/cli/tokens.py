"""Token commands of the command line."""

from __future__ import annotations

from pathlib import Path

import click

from footfall.cli.options import configuration, json_option, show, store_options
from footfall.control import call

_COLUMNS = ("name", "scope", "sites")


@click.group()
def token() -> None:
    """What programs show instead of a password."""


@token.command("add")
@click.argument("name")
@click.option("--scope", required=True, help="stats, sql or events.")
@click.option("--site", "sites", multiple=True, help="Repeats; none is all.")
@json_option
@store_options
def add(
    data: Path | None,
    clickhouse_url: str | None,
    as_json: bool,
    name: str,
    scope: str,
    sites: tuple[str, ...],
) -> None:
    """Add a token and print it; it is not shown again."""
    config = configuration(data, clickhouse_url)
    show(call(config, "token_add", name=name, scope=scope, sites=list(sites)), as_json=as_json)


@token.command("list")
@json_option
@store_options
def listing(data: Path | None, clickhouse_url: str | None, as_json: bool) -> None:
    """List the tokens."""
    result = call(configuration(data, clickhouse_url), "token_list")
    show(result, as_json=as_json, columns=_COLUMNS)


@token.command("remove")
@click.argument("name")
@json_option
@store_options
def remove(data: Path | None, clickhouse_url: str | None, as_json: bool, name: str) -> None:
    """End a token."""
    show(call(configuration(data, clickhouse_url), "token_remove", name=name), as_json=as_json)
