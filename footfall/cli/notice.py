"""Notice commands of the command line."""

from __future__ import annotations

from pathlib import Path

import click

from collector.rights.page.words import LANGUAGES
from footfall.cli.options import configuration, json_option, show, store_options
from footfall.control import call

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
@json_option
@store_options
def announce(
    data: Path | None,
    clickhouse_url: str | None,
    as_json: bool,
    name: str,
    starts_on: str,
    changes: tuple[str, ...],
) -> None:
    """Tell visitors of a change from now on, and make it on its day."""
    config = configuration(data, clickhouse_url)
    plan = call(config, "notice_announce", name=name, starts_on=starts_on, changes=list(changes))
    show(plan, as_json=as_json)


@notice.command("list")
@click.argument("name", default="")
@json_option
@store_options
def listing(data: Path | None, clickhouse_url: str | None, as_json: bool, name: str) -> None:
    """List what is announced, what was, and every wording that was in force."""
    rows = call(configuration(data, clickhouse_url), "notice_list", name=name)
    show(rows, as_json=as_json, columns=_COLUMNS)


@notice.command("show")
@click.argument("name")
@click.option("--version", default="", metavar="ID", help="An earlier wording.")
@click.option("--language", default="en", type=click.Choice(LANGUAGES), show_default=True)
@json_option
@store_options
def show_one(
    data: Path | None,
    clickhouse_url: str | None,
    as_json: bool,
    name: str,
    version: str,
    language: str,
) -> None:
    """Print what visitors read now, or read under an earlier wording, as Markdown."""
    config = configuration(data, clickhouse_url)
    found = call(config, "notice_show", name=name, version=version, language=language)
    if as_json:
        show(found, as_json=True)
    else:
        click.echo(found["markdown"])


@notice.command("cancel")
@click.argument("id")
@json_option
@store_options
def cancel(data: Path | None, clickhouse_url: str | None, as_json: bool, id: str) -> None:
    """Take an announced change back."""
    show(call(configuration(data, clickhouse_url), "notice_cancel", id=id), as_json=as_json)
