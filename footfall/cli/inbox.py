"""Inbox commands of the command line: what visitors asked, and what was done about it."""

from __future__ import annotations

from pathlib import Path

import click

from footfall.cli.options import configuration, json_option, show, store_options
from footfall.control import call
from privacy.inbox import STATES

_COLUMNS = ("due", "overdue", "state", "kind", "site", "id")


@click.group()
def requests() -> None:
    """Questions and complaints of visitors, each with the day by which it is to be answered."""


@requests.command("list")
@click.option("--site", default="", help="One site's.")
@click.option("--state", type=click.Choice(STATES), help="Those that stand so.")
@json_option
@store_options
def listing(
    data: Path | None, clickhouse_url: str | None, as_json: bool, site: str, state: str | None
) -> None:
    """List them, overdue ones first."""
    config = configuration(data, clickhouse_url)
    found = call(config, "requests_list", site=site, state=state or "")
    show(found, as_json=as_json, columns=_COLUMNS)


@requests.command("show")
@click.argument("id")
@json_option
@store_options
def show_one(data: Path | None, clickhouse_url: str | None, as_json: bool, id: str) -> None:
    """Show one with its message, where to answer, and notes."""
    show(call(configuration(data, clickhouse_url), "requests_show", id=id), as_json=as_json)


@requests.command("answer")
@click.argument("id")
@click.option("--note", required=True, help="What was answered or done.")
@click.option("--mail", "by_mail", is_flag=True, help="Send the note to the visitor's address.")
@json_option
@store_options
def answer(
    data: Path | None, clickhouse_url: str | None, as_json: bool, id: str, note: str, by_mail: bool
) -> None:
    """Note that one was answered; without --mail, sending the answer is yours."""
    config = configuration(data, clickhouse_url)
    filed = call(config, "requests_file", id=id, state="done", note=note, by_mail=by_mail)
    show(filed, as_json=as_json)


@requests.command("close")
@click.argument("id")
@click.option("--note", required=True, help="Why nothing is done about it.")
@json_option
@store_options
def close(data: Path | None, clickhouse_url: str | None, as_json: bool, id: str, note: str) -> None:
    """Note that one is refused, and why."""
    config = configuration(data, clickhouse_url)
    show(call(config, "requests_file", id=id, state="refused", note=note), as_json=as_json)
