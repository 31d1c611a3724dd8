"""Hold commands of the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click
import msgspec

from footfall.cli.options import Desk, at_desk
from footfall.cli.privacy import named_scope, scope_options, wait_for
from footfall.errors import UsageError
from privacy.errors import HoldError
from privacy.holds import OPERATOR_KINDS
from privacy.scope import Scope
from privacy.selection import read_selection

_COLUMNS = ("id", "kind", "site", "rows", "ends_on", "days_left", "owner", "reason")


@click.group()
def hold() -> None:
    """Rows that the law or a case of fraud keeps, apart from erasure and retention."""


@hold.command("add")
@scope_options
@click.option("--from", "first_day", default="", help="Rows of days from this one, YYYY-MM-DD.")
@click.option("--to", "last_day", default="", help="And up to this one.")
@click.option("--session", "sessions", multiple=True, help="Of these sessions alone, as in events.")
@click.option(
    "--filter", "tests", multiple=True, help="As in the dashboard's address: country:is:AZ."
)
@click.option("--kind", type=click.Choice(OPERATOR_KINDS), required=True)
@click.option(
    "--reason", required=True, help="Why; it stands in the audit log, so name no visitor."
)
@click.option("--until", required=True, help="The last day of it, YYYY-MM-DD.")
@click.option("--owner", required=True, help="Whose account answers for it, by e-mail address.")
@click.option("--dry-run", "dry", is_flag=True, help="Only count the rows that it would take.")
@at_desk
def add(
    desk: Desk,
    first_day: str,
    last_day: str,
    sessions: tuple[str, ...],
    tests: tuple[str, ...],
    kind: str,
    reason: str,
    until: str,
    owner: str,
    dry: bool,
    **named: Any,
) -> None:
    """Keep rows where nothing sees them, whatever erasure and retention say.

    Which: a visitor's day, pages or consents, or the rows of some days, narrowed by --session and
    --filter.
    """
    scope = named_scope(**named)
    if first_day or last_day or sessions or tests:
        scope = _selected(scope, first_day, last_day, sessions, tests)
    if dry:
        desk.answer("hold_look", scope=scope)
        return
    asked = desk.call("hold_add", scope=scope, kind=kind, reason=reason, until=until, owner=owner)
    done = wait_for(desk.config, asked["id"])
    shown = {"id": done["id"], "site": done["site"], "events": done["events"] + done["kept"]}
    desk.show(shown)


@hold.command("list")
@click.option("--site", default="", help="One site's.")
@click.option("--ended", is_flag=True, help="Those too that have ended.")
@at_desk
def listing(desk: Desk, site: str, ended: bool) -> None:
    """List holds with their owners and ends, newest first."""
    desk.answer("hold_list", _COLUMNS, site=site, ended=ended)


@hold.command("end")
@click.argument("id")
@click.option("--reason", required=True, help="Why; it stands in the audit log.")
@at_desk
def end(desk: Desk, id: str, reason: str) -> None:
    """End a hold: rows come back, but those that were erased or are past their time."""
    done = wait_for(desk.config, desk.call("hold_end", id=id, reason=reason)["id"])
    back = done["events"] - done["purged"]
    shown = {"id": id, "site": done["site"], "back": back, "removed": done["purged"]}
    desk.show(shown)


def _selected(
    named: Any, first_day: str, last_day: str, sessions: tuple[str, ...], tests: tuple[str, ...]
) -> Any:
    """Return a scope of what was selected, as a command takes it."""
    scope = msgspec.convert(named, Scope)
    if not (first_day and last_day):
        raise UsageError("--from and --to: both are needed to select rows")
    try:
        selection = read_selection(first_day, last_day, sessions, tests)
    except HoldError as error:
        raise UsageError(str(error)) from error
    chosen = msgspec.structs.replace(scope, until=datetime.now(UTC), selection=selection)
    return msgspec.to_builtins(chosen)
