"""Governance commands of the command line: for the operator's files and their mail."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from footfall.cli.options import configuration, json_option, show, store_options
from footfall.control import call, call_long
from footfall.finding import find_versions

_COLUMNS = ("promise", "state", "text")


@click.command("report")
@click.option("--mail", "address", metavar="ADDRESS", help="Mail it there, too.")
@json_option
@store_options
def report(
    data: Path | None, clickhouse_url: str | None, as_json: bool, address: str | None
) -> None:
    """Say of each promise whether it is kept; exit 1 when one is broken."""
    config = configuration(data, clickhouse_url)
    findings = call_long(config, "privacy_report")
    findings.append(asdict(find_versions()))
    if address is not None:
        call(config, "mail_report", address=address, findings=findings)
    show(findings, as_json=as_json, columns=_COLUMNS)
    if any(finding["state"] == "broken" for finding in findings):
        sys.exit(1)


@click.command("record")
@json_option
@store_options
def record(data: Path | None, clickhouse_url: str | None, as_json: bool) -> None:
    """Print the record of processing activities as Markdown, from what is installed."""
    result = call_long(configuration(data, clickhouse_url), "privacy_record")
    if as_json:
        show(result, as_json=True)
    else:
        click.echo(result["markdown"])
