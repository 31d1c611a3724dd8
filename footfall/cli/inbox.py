"""Inbox commands of the command line: what visitors asked, and what was done about it."""

from __future__ import annotations

import click

from footfall.cli.options import Desk, at_desk
from privacy.inbox import STATES

_COLUMNS = ("due", "overdue", "state", "kind", "site", "id")


@click.group()
def requests() -> None:
    """Questions and complaints of visitors, each with the day by which it is to be answered."""


@requests.command("list")
@click.option("--site", default="", help="One site's.")
@click.option("--state", type=click.Choice(STATES), help="Those that stand so.")
@at_desk
def listing(desk: Desk, site: str, state: str | None) -> None:
    """List them, overdue ones first."""
    desk.answer("requests_list", _COLUMNS, site=site, state=state or "")


@requests.command("show")
@click.argument("id")
@at_desk
def show_one(desk: Desk, id: str) -> None:
    """Show one with its message, where to answer, and notes."""
    desk.answer("requests_show", id=id)


@requests.command("answer")
@click.argument("id")
@click.option("--note", required=True, help="What was answered or done.")
@click.option("--mail", "by_mail", is_flag=True, help="Send the note to the visitor's address.")
@at_desk
def answer(desk: Desk, id: str, note: str, by_mail: bool) -> None:
    """Note that one was answered; without --mail, sending the answer is yours."""
    desk.answer("requests_file", id=id, state="done", note=note, by_mail=by_mail)


@requests.command("close")
@click.argument("id")
@click.option("--note", required=True, help="Why nothing is done about it.")
@at_desk
def close(desk: Desk, id: str, note: str) -> None:
    """Note that one is refused, and why."""
    desk.answer("requests_file", id=id, state="refused", note=note)
