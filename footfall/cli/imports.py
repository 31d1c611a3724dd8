"""Import command of the command line."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from footfall.cli.exports import disk_errors, progress
from footfall.cli.options import Desk, at_desk
from footfall.control import reach
from footfall.errors import UsageError
from footfall.exchange.kinds import AUTO, KINDS

_COLUMNS = ("id", "site", "format", "state", "days", "events", "figures", "started_at")


@click.command("import")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--site", default="", help="The site that it comes into.")
@click.option("--format", "kind", type=click.Choice([AUTO, *KINDS]), default=AUTO)
@click.option("--from-site", default="", help="What an export calls the site, if not the same.")
@click.option("--from", "since", default="", help="Leave out what is of days before this one.")
@click.option("--to", "until", default="", help="Leave out what is of days after this one.")
@click.option("--merge", is_flag=True, help="Add events to days that have events already.")
@click.option("--dry-run", is_flag=True, help="Say what would come in, and change nothing.")
@click.option("--undo", default="", metavar="ID", help="Take out what an import brought in.")
@click.option("--list", "lists", is_flag=True, help="List the imports.")
@at_desk
def import_(
    desk: Desk,
    files: tuple[Path, ...],
    site: str,
    kind: str,
    from_site: str,
    since: str,
    until: str,
    merge: bool,
    dry_run: bool,
    undo: str,
    lists: bool,
) -> None:
    """Bring in what another program, a web server or another Footfall has counted.

    Several files are one import, as reports of the same days are.
    """
    config = desk.config
    if lists or undo:
        with reach(config) as store:
            if lists:
                desk.show(store.call("import_list", site=site), _COLUMNS)
            else:
                desk.show(store.call("import_undo", import_id=undo, site=site))
        return
    if not files:
        raise UsageError("import what? Name a file")
    if not site:
        raise UsageError("--site: name the site that it comes into; 'footfall site list' shows all")
    # Readers of every format, which neither --list nor the command's help wants.
    from footfall.exchange.importing import Wish, import_files

    wish = Wish(
        files=files,
        site=site,
        kind=kind,
        from_site=from_site,
        since=_day("--from", since),
        until=_day("--to", until),
        merge=merge,
        dry_run=dry_run,
    )
    with disk_errors(), reach(config) as store:
        report = import_files(store, config, wish, progress)
    _show_report(desk, report)


def _day(option: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError(f"{option} {text!r}: expected a day such as 2026-01-31") from error


def _show_report(desk: Desk, report: dict[str, Any]) -> None:
    if desk.as_json:
        desk.show(report)
        return
    lists = ("left_out", "mapped", "not_carried_over", "remarks")
    desk.show({key: value for key, value in report.items() if key not in lists})
    for key in lists:
        lines = report[key]
        if isinstance(lines, dict):
            lines = [f"{count:>9}  {reason}" for reason, count in lines.items()]
        if lines:
            click.echo(f"\n{key.replace('_', ' ')}:")
            for line in lines:
                click.echo(f"  {line}")
