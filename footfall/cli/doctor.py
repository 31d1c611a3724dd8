"""Doctor command of the command line."""

from __future__ import annotations

import sys

import click

from footfall.cli.options import Desk, at_desk

_COLUMNS = ("subject", "state", "text")


@click.command()
@at_desk
def doctor(desk: Desk) -> None:
    """Say what is well with an installation and what is not; exit 1 when something is bad."""
    findings = desk.call("doctor")
    desk.show(findings, _COLUMNS)
    if any(finding["state"] == "bad" for finding in findings):
        sys.exit(1)
