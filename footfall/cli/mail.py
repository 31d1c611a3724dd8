"""Mail commands of the command line."""

from __future__ import annotations

import click

from footfall.cli.options import Desk, at_desk


@click.group()
def mail() -> None:
    """Reminders of visitors' requests, which go out by themselves."""


@mail.command("test")
@click.argument("address")
@at_desk
def test(desk: Desk, address: str) -> None:
    """Send a few words to an address, to see that mail goes out."""
    desk.answer("mail_test", address=address)
