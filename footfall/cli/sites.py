"""Site commands of the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from footfall.cli.options import configuration, json_option, show, store_options
from footfall.control import call

_COLUMNS = ("name", "timezone", "hostnames", "small_number", "signal", "consent")


@click.group()
def site() -> None:
    """What is counted."""


@site.command("add")
@click.argument("name")
@click.option("--timezone", default="UTC", show_default=True, help="IANA zone of the site's day.")
@click.option("--hostname", "hostnames", multiple=True, help="Repeats; '*' is any.")
@click.option("--small-number", type=int, default=5, show_default=True, help="Rows below it fold.")
@json_option
@store_options
def add(
    data: Path | None,
    clickhouse_url: str | None,
    as_json: bool,
    hostnames: tuple[str, ...],
    **given: Any,
) -> None:
    """Add a site; without --hostname, NAME and its subdomains count."""
    config = configuration(data, clickhouse_url)
    show(call(config, "site_add", hostnames=list(hostnames), **given), as_json=as_json)


@site.command("list")
@json_option
@store_options
def listing(data: Path | None, clickhouse_url: str | None, as_json: bool) -> None:
    """List the sites."""
    result = call(configuration(data, clickhouse_url), "site_list")
    show(result, as_json=as_json, columns=_COLUMNS)


@site.command("show")
@click.argument("name")
@json_option
@store_options
def show_one(data: Path | None, clickhouse_url: str | None, as_json: bool, name: str) -> None:
    """Show one site."""
    show(call(configuration(data, clickhouse_url), "site_show", name=name), as_json=as_json)


@site.command("set")
@click.argument("name")
@click.option("--timezone", help="Counts from the site's next day on.")
@click.option("--hostname", "hostnames", multiple=True, help="Repeats; replaces all.")
@click.option("--small-number", type=int)
@click.option("--signal", help="What GPC and DNT do: nobody or drop.")
@click.option("--consent", help="cookieless, consent or strict.")
@click.option("--exclude-network", "excluded_networks", multiple=True, help="Repeats; a CIDR.")
@click.option("--exclude-path", "excluded_paths", multiple=True, help="Repeats; * and ** match.")
@click.option(
    "--rule",
    "rule_modes",
    metavar="RULE=MODE",
    multiple=True,
    help="Repeats; what a rule against bots and spam does: drop, shadow or off.",
)
@click.option(
    "--keep",
    "keep",
    metavar="CLASS=DAYS",
    multiple=True,
    help="Repeats; how long cities, ids, events or dropped are kept; 'default' for DAYS.",
)
@click.option("--now", is_flag=True, help="Collect or keep more without announcing it first.")
@json_option
@store_options
def change(
    data: Path | None, clickhouse_url: str | None, as_json: bool, name: str, **given: Any
) -> None:
    """Change a site; what is not given stays."""
    changes = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in given.items()
        if value not in (None, (), False)
    }
    config = configuration(data, clickhouse_url)
    show(call(config, "site_set", name=name, **changes), as_json=as_json)


@site.command("remove")
@click.argument("name")
@json_option
@store_options
def remove(data: Path | None, clickhouse_url: str | None, as_json: bool, name: str) -> None:
    """Stop counting a site; its rows stay until their retention ends."""
    show(call(configuration(data, clickhouse_url), "site_remove", name=name), as_json=as_json)
