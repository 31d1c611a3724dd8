"""Governance commands of the command line: for the operator's files and their mail."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from footfall.cli.options import configuration, json_option, show, store_options
from footfall.commands.governance import Finding
from footfall.control import call_long
from footfall.vulnerabilities import known_vulnerabilities

_COLUMNS = ("promise", "state", "text")


@click.command("report")
@json_option
@store_options
def report(data: Path | None, clickhouse_url: str | None, as_json: bool) -> None:
    """Say of each promise whether it is kept; exit 1 when one is broken.

    It is plain text, to be mailed: footfall privacy report | mail -s "Privacy" owner@shop.example
    """
    findings = call_long(configuration(data, clickhouse_url), "privacy_report")
    findings.append(asdict(_versions()))
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


def _versions() -> Finding:
    known = known_vulnerabilities()
    if known.not_checked:
        return Finding("no known vulnerability", "not checked", known.not_checked)
    if known.found:
        return Finding("no known vulnerability", "broken", "; ".join(known.found))
    return Finding("no known vulnerability", "kept", "pip-audit found none")
