"""Retention commands of the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import click

from footfall.cli.options import configuration, json_option, show, store_options
from footfall.control import call, reach
from footfall.errors import CommandError

_COUNTED: Final = ("site", "class", "until", "found")
_REMOVED: Final = (*_COUNTED, "removed", "found_after", "took_ms")
_SITE: Final = click.option("--site", default="", help="One site; without it, every one.")


@click.group()
def retention() -> None:
    """How long things are kept, and that they are gone after it."""


@retention.command("run")
@click.option("--dry-run", "dry", is_flag=True, help="Only count what is past its time.")
@_SITE
@json_option
@store_options
def run(data: Path | None, clickhouse_url: str | None, as_json: bool, dry: bool, site: str) -> None:
    """Remove what is past its time and look again; exit 1 when some of it is still there."""
    with reach(configuration(data, clickhouse_url)) as store:
        answer = b"".join(store.stream("retention_run", site=site, dry=dry))
    reports = [json.loads(line) for line in answer.splitlines() if line]
    if reports and "error" in reports[-1]:
        raise CommandError(reports[-1]["error"])
    show(reports, as_json=as_json, columns=_COUNTED if dry else _REMOVED)
    if not dry:
        _refuse_left(reports)


@retention.command("report")
@_SITE
@click.option("--days", type=click.IntRange(min=1), default=30, show_default=True)
@json_option
@store_options
def report(
    data: Path | None, clickhouse_url: str | None, as_json: bool, site: str, days: int
) -> None:
    """List what the runs of the last days found and removed, newest first."""
    config = configuration(data, clickhouse_url)
    found = call(config, "retention_report", site=site, days=days)
    show(found, as_json=as_json, columns=("started_at", *_REMOVED, "state"))


def _refuse_left(reports: list[dict[str, Any]]) -> None:
    left = [each for each in reports if each["found_after"]]
    if not left:
        return
    first = left[0]
    days = first["open_days"]
    why = f"the day {days[0]} is not closed yet" if days else "run it again, or see the log"
    raise CommandError(
        f"{sum(each['found_after'] for each in left)} rows past their time are still there,"
        f" {first['class']} of {first['site']} among them: {why}"
    )
