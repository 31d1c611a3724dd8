"""Mail commands of the command line."""

from __future__ import annotations

from pathlib import Path

import click

from footfall.cli.options import configuration, json_option, show, store_options
from footfall.control import call


@click.group()
def mail() -> None:
    """Reminders of visitors' requests, which go out by themselves."""


@mail.command("test")
@click.argument("address")
@json_option
@store_options
def test(data: Path | None, clickhouse_url: str | None, as_json: bool, address: str) -> None:
    """Send a few words to an address, to see that mail goes out."""
    show(call(configuration(data, clickhouse_url), "mail_test", address=address), as_json=as_json)
