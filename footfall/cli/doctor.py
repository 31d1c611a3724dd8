"""Doctor command of the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from footfall.cli.options import configuration, json_option, show, store_options
from footfall.control import call

_COLUMNS = ("subject", "state", "text")


@click.command()
@json_option
@store_options
def doctor(data: Path | None, clickhouse_url: str | None, as_json: bool) -> None:
    """Say what is well with an installation and what is not; exit 1 when something is bad."""
    findings = call(configuration(data, clickhouse_url), "doctor")
    show(findings, as_json=as_json, columns=_COLUMNS)
    if any(finding["state"] == "bad" for finding in findings):
        sys.exit(1)
