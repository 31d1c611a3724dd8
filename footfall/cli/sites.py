"""Site commands of the command line."""

from __future__ import annotations

from typing import Any

import click

from footfall.cli.options import Desk, at_desk, changes_in

_COLUMNS = ("name", "timezone", "hostnames", "small_number", "signal", "consent")


@click.group()
def site() -> None:
    """What is counted."""


@site.command("add")
@click.argument("name")
@click.option("--timezone", default="UTC", show_default=True, help="IANA zone of the site's day.")
@click.option("--hostname", "hostnames", multiple=True, help="Repeats; '*' is any.")
@click.option("--small-number", type=int, default=5, show_default=True, help="Rows below it fold.")
@at_desk
def add(desk: Desk, **given: Any) -> None:
    """Add a site; without --hostname, NAME and its subdomains count."""
    desk.answer("site_add", **given)


@site.command("list")
@at_desk
def listing(desk: Desk) -> None:
    """List the sites."""
    desk.answer("site_list", _COLUMNS)


@site.command("show")
@click.argument("name")
@at_desk
def show_one(desk: Desk, name: str) -> None:
    """Show one site."""
    desk.answer("site_show", name=name)


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
@at_desk
def change(desk: Desk, name: str, **given: Any) -> None:
    """Change a site; what is not given stays."""
    desk.answer("site_set", name=name, **changes_in(given))


@site.command("remove")
@click.argument("name")
@at_desk
def remove(desk: Desk, name: str) -> None:
    """Stop counting a site; its rows stay until their retention ends."""
    desk.answer("site_remove", name=name)
