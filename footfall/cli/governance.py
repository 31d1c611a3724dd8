"""Governance commands of the command line: for the operator's files and their mail."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from footfall.cli.options import Desk, at_desk
from footfall.finding import find_versions

_COLUMNS = ("promise", "state", "text")


@click.command("report")
@click.option("--mail", "address", metavar="ADDRESS", help="Mail it there, too.")
@at_desk
def report(desk: Desk, address: str | None) -> None:
    """Say of each promise whether it is kept; exit 1 when one is broken."""
    findings = desk.call_long("privacy_report")
    findings.append(asdict(find_versions()))
    if address is not None:
        desk.call("mail_report", address=address, findings=findings)
    desk.show(findings, _COLUMNS)
    if any(finding["state"] == "broken" for finding in findings):
        sys.exit(1)


@click.command("record")
@at_desk
def record(desk: Desk) -> None:
    """Print the record of processing activities as Markdown, from what is installed."""
    result = desk.call_long("privacy_record")
    if desk.as_json:
        desk.show(result)
    else:
        click.echo(result["markdown"])
