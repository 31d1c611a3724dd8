"""Encryption commands of the command line."""

from __future__ import annotations

from pathlib import Path

import click

from footfall.cli.options import configuration, json_option, show, store_options
from footfall.control import call_long


@click.group()
def encryption() -> None:
    """What the key encrypts."""


@encryption.command("rotate")
@json_option
@store_options
def rotate(data: Path | None, clickhouse_url: str | None, as_json: bool) -> None:
    """Encrypt with FOOTFALL_ENCRYPTION_KEY what an older key, or none, wrote.

    Start with the new key, and the old one in FOOTFALL_ENCRYPTION_OLD_KEYS, before.
    """
    result = call_long(configuration(data, clickhouse_url), "encryption_rotate")
    show(result, as_json=as_json)
    if not as_json and (result["old_keys_needed"] or result["plain_parts_left"]):
        click.echo(
            "Replaced parts and the journal's last minutes are still on the disk as they were:"
            " run this again in ten minutes."
        )
