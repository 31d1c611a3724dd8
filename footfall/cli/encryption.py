"""Encryption commands of the command line."""

from __future__ import annotations

import click

from footfall.cli.options import Desk, at_desk


@click.group()
def encryption() -> None:
    """What the key encrypts."""


@encryption.command("rotate")
@at_desk
def rotate(desk: Desk) -> None:
    """Encrypt with FOOTFALL_ENCRYPTION_KEY what an older key, or none, wrote.

    Start with the new key, and the old one in FOOTFALL_ENCRYPTION_OLD_KEYS, before.
    """
    result = desk.call_long("encryption_rotate")
    desk.show(result)
    if not desk.as_json and (result["old_keys_needed"] or result["plain_parts_left"]):
        click.echo(
            "Replaced parts and the journal's last minutes are still on the disk as they were:"
            " run this again in ten minutes."
        )
