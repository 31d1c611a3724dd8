"""Privacy commands of the command line."""

from __future__ import annotations

import time
from base64 import b64decode
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from footfall.cli.lazy import LazyCommands
from footfall.cli.options import Desk, at_desk, json_option, store_options
from footfall.config import Config
from footfall.control import call, is_running
from footfall.errors import CommandError, UsageError
from privacy.errors import PrivacyError
from privacy.receipts import verify as verify_receipt
from privacy.scope import NO_DAY, Scope
from privacy.signing import open_signing_key

# The writer looks twice a second and an erasure takes seconds; a store that is away takes longer.
_WAIT_S: Final = 60.0
_LOOK_AGAIN_S: Final = 0.2
_BELOW: Final = LazyCommands(
    {
        "hold": "footfall.cli.holds:hold",
        "record": "footfall.cli.governance:record",
        "report": "footfall.cli.governance:report",
        "requests": "footfall.cli.inbox:requests",
    }
)


@click.group(commands=_BELOW)
def privacy() -> None:
    """What is held about a visitor, and what visitors ask for."""


@privacy.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", help="The installation's public key, base64; without it, --data's own.")
@click.option("--data", type=click.Path(path_type=Path), help="The data directory.")
@json_option
def verify(file: Path, key: str | None, data: Path | None, as_json: bool) -> None:
    """Check that a receipt is as this installation signed it."""
    desk = Desk(data, None, as_json)
    try:
        public_key = (
            b64decode(key, validate=True)
            if key is not None
            else open_signing_key(desk.config.data).public_key
        )
        receipt = verify_receipt(file.read_text(encoding="utf-8"), public_key)
    except PrivacyError as error:
        raise CommandError(str(error)) from error
    except (ValueError, OSError) as error:
        raise UsageError(f"the receipt or the key cannot be read: {error}") from error
    removed = receipt["removed"]
    lines = {"id": receipt["id"], "site": receipt["site"], "done_at": receipt["done_at"], **removed}
    desk.show(receipt if as_json else lines)


def scope_options(command: Any) -> Any:
    """Add what names rows: a visitor's day, pages, consents, and the site."""
    for option in (
        click.option("--consent", "consents", type=int, multiple=True, help="A consent's hash."),
        click.option("--page", "pages", type=int, multiple=True, help="A page id, as in events."),
        click.option("--day", help="The visitor's day, YYYY-MM-DD."),
        click.option("--visitor", type=int, default=0, help="A visitor, as in events."),
        click.argument("site"),
    ):
        command = option(command)
    return command


@privacy.command("find")
@scope_options
@at_desk
def find(desk: Desk, **named: Any) -> None:
    """Tell what is held of a visitor's day, of pages or of consents."""
    found = desk.call("privacy_look", scope=named_scope(**named), asked_by="cli")
    desk.show(found if desk.as_json else found["summary"])


@privacy.command("erase")
@scope_options
@at_desk
def erase(desk: Desk, **named: Any) -> None:
    """Delete it, and print the receipt."""
    receipt = _outcome(desk.config, "privacy_erase", named_scope(**named))["receipt"]
    desk.show(receipt if desk.as_json else receipt["receipt"])


@privacy.command("export")
@scope_options
@store_options
def export(data: Path | None, clickhouse_url: str | None, **named: Any) -> None:
    """Print the rows of pages or consents as JSON, for whoever asked for a copy."""
    desk = Desk(data, clickhouse_url, as_json=True)
    desk.answer("privacy_look", scope=named_scope(**named), asked_by="cli")


@privacy.command("restrict")
@scope_options
@at_desk
def restrict(desk: Desk, **named: Any) -> None:
    """Keep rows where no page, export or purge sees them."""
    _tell(desk, _outcome(desk.config, "privacy_restrict", named_scope(**named)))


@privacy.command("release")
@scope_options
@at_desk
def release(desk: Desk, **named: Any) -> None:
    """Put restricted rows back."""
    _tell(desk, _outcome(desk.config, "privacy_release", named_scope(**named)))


@privacy.command("correct")
@click.option("--country", help="ISO 3166-1; the place is corrected as a whole.")
@click.option("--region", help="ISO 3166-2, such as AZ-BA.")
@click.option("--city", help="A name.")
@click.option("--device", help="Desktop, Mobile, Tablet, TV, Console or Other.")
@click.option("--not-me", is_flag=True, help="Take away what ties the rows to anybody.")
@scope_options
@at_desk
def correct(
    desk: Desk,
    country: str | None,
    region: str | None,
    city: str | None,
    device: str | None,
    not_me: bool,
    **named: Any,
) -> None:
    """Make rows say what is right."""
    changes = {
        "country": country, "region": region, "city": city, "device": device, "not_me": not_me,
    }  # fmt: skip
    _tell(desk, _outcome(desk.config, "privacy_correct", named_scope(**named), changes=changes))


def _outcome(config: Config, command: str, scope: Any, **arguments: Any) -> dict[str, Any]:
    return wait_for(config, call(config, command, scope=scope, **arguments)["id"])


def _tell(desk: Desk, outcome: dict[str, Any]) -> None:
    desk.show({name: outcome[name] for name in ("id", "kind", "site", "events")})


def named_scope(
    site: str, visitor: int, day: str | None, pages: tuple[int, ...], consents: tuple[int, ...]
) -> Any:
    """Return a scope up to now, as a command takes it."""
    if bool(visitor) != bool(day):
        raise UsageError("--visitor and --day belong together: a pseudonym is good for one day")
    try:
        on = date.fromisoformat(day) if day else NO_DAY
    except ValueError as error:
        raise UsageError(f"--day {day!r}: expected YYYY-MM-DD") from error
    return msgspec.to_builtins(Scope(site, datetime.now(UTC), visitor, on, pages, consents))


def wait_for(config: Config, record_id: str) -> dict[str, Any]:
    """Return what was done; without a store process it is done here and now."""
    if not config.clickhouse_url and not is_running(config):
        call(config, "privacy_catch_up")
    deadline_s = time.monotonic() + _WAIT_S
    while time.monotonic() < deadline_s:
        outcome: dict[str, Any] | None = call(config, "privacy_outcome", id=record_id)
        if outcome is not None:
            return outcome
        time.sleep(_LOOK_AGAIN_S)
    raise CommandError(f"it is safe in the journal and not done yet; its number is {record_id}")
