"""Privacy commands: what is held about somebody, and what becomes of a wish."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from collector.errors import BeaconError
from collector.journal.wishes import append_wish
from collector.rights.wishes import CorrectionWish, checked_correction
from collector.writer.writer import Writer
from footfall.commands.context import Context
from footfall.errors import UsageError
from privacy import acts
from privacy.records import Correction, Erasure, Hold, Release, RowRecord, new_id
from privacy.rows import survey_held
from privacy.scope import Scope, scope_statement
from schema import Store, UnknownSiteError, get_site

# Our choice: a page load has a few events, a consent id a few thousand in half a year; what is
# more than this goes by parts, as `summary.proved` says how many there are.
MOST_EVENTS: Final = 10_000

# As text: programs that read JSON's numbers as floats would lose digits.
_IDS: Final = ("visitor", "session", "page_id")
_CLS_DIGITS: Final = 4


def look(context: Context, scope: Any, asked_by: str = "visitor") -> dict[str, Any]:
    """Return what a scope finds: `summary`, numbers alone, and `events`, all that was proved.

    Who looks at their own leaves no record; staff does.
    """
    meant = _scope(scope)
    today = msgspec.structs.replace(meant, page_ids=(), consent_ids=())
    events, pageviews, sessions = _summary(context.store, today)
    summary = {
        "day": meant.day.isoformat(),
        "today": {"events": events, "pageviews": pageviews, "sessions": sessions},
        "proved": _summary(context.store, meant.proved)[0],
        "restricted": survey_held(context.store, meant).events,
    }
    found = proved_events(context.store, meant)
    if asked_by != "visitor":
        context.audit.record(
            actor=asked_by, action="view", site=meant.site, rows=len(found), detail="privacy find"
        )
    return {"summary": summary, "events": found}


def proved_events(store: Store, scope: Scope) -> list[dict[str, Any]]:
    """Return the rows that were proved, oldest first, with the columns of the view `events`."""
    values = scope.proved.parameters | {"row_limit": MOST_EVENTS}
    return [_shown(row) for row in store.records(scope_statement("proved_events", scope), values)]


def outcome(context: Context, id: str) -> dict[str, Any] | None:
    """Return what was done for a record; None while it is not."""
    found = acts.outcome(context.store, id)
    return None if found is None else msgspec.to_builtins(found)


def receipt(context: Context, site: str, id: str) -> dict[str, Any] | None:
    """Return an erasure's receipt with its signature; None when there is none."""
    return acts.find_receipt(context.store, site, id)


def erase(context: Context, scope: Any, asked_by: str = "cli") -> dict[str, Any]:
    """Ask for an erasure; `outcome` tells when it is done."""
    meant = _named(context, scope)
    return _ask(
        context,
        Erasure(id=new_id(), received_at=datetime.now(UTC), asked_by=asked_by, scope=meant),
    )


def restrict(context: Context, scope: Any, asked_by: str = "cli") -> dict[str, Any]:
    """Ask for rows to be kept where nothing sees them."""
    meant = _named(context, scope)
    return _ask(
        context, Hold(id=new_id(), received_at=datetime.now(UTC), asked_by=asked_by, scope=meant)
    )


def release(context: Context, scope: Any, asked_by: str = "cli") -> dict[str, Any]:
    """Ask for restricted rows to come back."""
    meant = _named(context, scope)
    return _ask(
        context, Release(id=new_id(), received_at=datetime.now(UTC), asked_by=asked_by, scope=meant)
    )


def correct(
    context: Context, scope: Any, changes: Mapping[str, Any], asked_by: str = "cli"
) -> dict[str, Any]:
    """Ask for a correction, with the fields that a visitor's has."""
    meant = _named(context, scope)
    try:
        checked = checked_correction(msgspec.convert(dict(changes), CorrectionWish))
    except (BeaconError, msgspec.ValidationError) as error:
        fields = error.fields if isinstance(error, BeaconError) else {}
        told = "; ".join(f"{name}: {', '.join(texts)}" for name, texts in fields.items())
        raise UsageError(told or str(error)) from error
    record = Correction(
        id=new_id(), received_at=datetime.now(UTC), asked_by=asked_by, scope=meant, **checked
    )
    return _ask(context, record)


def _ask(context: Context, record: RowRecord) -> dict[str, Any]:
    append_wish(context.paths.journal, record, context.config.keys)
    return {"id": record.id}


def _named(context: Context, scope: Any) -> Scope:
    """Return a scope of a site that is there and of somebody; raises UsageError."""
    meant = _scope(scope)
    if meant.selection is not None:
        raise UsageError("rows that were selected can be held alone: name whose they are")
    try:
        get_site(context.store, meant.site)
    except UnknownSiteError as error:
        raise UsageError(str(error)) from error
    if not meant.kinds:
        raise UsageError("nothing is named: give a visitor with its day, or a page's hash")
    return meant


def catch_up(context: Context) -> dict[str, Any]:
    """Carry out what waits in the journal; for a command that no store process runs beside."""
    paths, keys = context.paths, context.config.keys
    writer = Writer(context.store, paths.journal, paths.checkpoint, keys=keys)
    taken = 0
    while step := writer.step():
        taken += step
    return {"records": taken}


def _scope(given: Any) -> Scope:
    try:
        return msgspec.convert(given, Scope)
    except msgspec.ValidationError as error:
        raise UsageError(f"scope: {error}") from error


def _summary(store: Store, scope: Scope) -> tuple[int, int, int]:
    events, pageviews, sessions = store.rows(scope_statement("summary", scope), scope.parameters)[0]
    return events, pageviews, sessions


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: _plain(value) for name, value in row.items()}
    return shown | {name: str(row[name]) for name in _IDS}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value.normalize()) if value else "0"
    if isinstance(value, float):
        return round(value, _CLS_DIGITS)  # the column has single precision
    return value if isinstance(value, str | int | dict | None) else value.isoformat()
