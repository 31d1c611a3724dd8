"""Notice commands of the command line."""

from __future__ import annotations

from typing import Any

import click

from collector.rights.page.words import LANGUAGES
from footfall.cli.options import Desk, at_desk

_COLUMNS = ("site", "what", "day", "id", "says")


@click.group()
def notice() -> None:
    """What visitors read about a site, and its changes, announced before they take effect."""


@notice.command("announce")
@click.argument("name")
@click.option("--from", "starts_on", metavar="DATE", required=True, help="The site's day.")
@click.option(
    "--set",
    "changes",
    metavar="KEY=VALUE",
    multiple=True,
    required=True,
    help="Repeats; keys are retention.CLASS, consent, signal, small_number and controller.",
)
@at_desk
def announce(desk: Desk, **given: Any) -> None:
    """Tell visitors of a change from now on, and make it on its day."""
    desk.answer("notice_announce", **given)


@notice.command("list")
@click.argument("name", default="")
@at_desk
def listing(desk: Desk, name: str) -> None:
    """List what is announced, what was, and every wording that was in force."""
    desk.answer("notice_list", _COLUMNS, name=name)


@notice.command("show")
@click.argument("name")
@click.option("--version", default="", metavar="ID", help="An earlier wording.")
@click.option("--language", default="en", type=click.Choice(LANGUAGES), show_default=True)
@at_desk
def show_one(desk: Desk, **given: Any) -> None:
    """Print what visitors read now, or read under an earlier wording, as Markdown."""
    found = desk.call("notice_show", **given)
    if desk.as_json:
        desk.show(found)
    else:
        click.echo(found["markdown"])


@notice.command("cancel")
@click.argument("id")
@at_desk
def cancel(desk: Desk, id: str) -> None:
    """Take an announced change back."""
    desk.answer("notice_cancel", id=id)
