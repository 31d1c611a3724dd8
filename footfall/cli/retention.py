"""Retention commands of the command line."""

from __future__ import annotations

import json
from typing import Any, Final

import click

from footfall.cli.options import Desk, at_desk
from footfall.control import reach
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
@at_desk
def run(desk: Desk, dry: bool, site: str) -> None:
    """Remove what is past its time and look again; exit 1 when some of it is still there."""
    with reach(desk.config) as store:
        answer = b"".join(store.stream("retention_run", site=site, dry=dry))
    reports = [json.loads(line) for line in answer.splitlines() if line]
    if reports and "error" in reports[-1]:
        raise CommandError(reports[-1]["error"])
    desk.show(reports, _COUNTED if dry else _REMOVED)
    if not dry:
        _refuse_left(reports)


@retention.command("report")
@_SITE
@click.option("--days", type=click.IntRange(min=1), default=30, show_default=True)
@at_desk
def report(desk: Desk, site: str, days: int) -> None:
    """List what the runs of the last days found and removed, newest first."""
    columns = ("started_at", *_REMOVED, "state")
    desk.answer("retention_report", columns, site=site, days=days)


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
