"""Audit commands: what was done with the figures, and whether the log of it is whole."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from footfall.commands.context import Context
from footfall.errors import CommandError, UsageError
from privacy.audit_check import is_empty, verify_signed
from privacy.audit_retention import expire_audit
from privacy.audit_search import EARLIEST, LATEST, Search, search_audit
from privacy.checkpoints import CheckpointLog
from privacy.errors import PrivacyError

_MOST_ROWS: Final = 100_000


def verify(context: Context) -> dict[str, Any]:
    """Return whether there is a log, and every place where it is not what was written."""
    try:
        if is_empty(context.store, context.paths.root):
            return {"is_empty": True, "broken": []}
        found = verify_signed(context.store, context.paths.root)
    except PrivacyError as error:
        raise CommandError(str(error)) from error
    context.audit.record(
        actor="cli", action="audit_verify", rows=len(found), detail="broken places found"
    )
    broken = [asdict(link) | {"chain": str(link.chain or "")} for link in found]
    return {"is_empty": False, "broken": broken}


def listing(
    context: Context,
    actor: str = "",
    action: str = "",
    site: str = "",
    day: str = "",
    limit: int = 100,
) -> list[dict[str, Any]]:
    """Return the newest records that match."""
    if not 1 <= limit <= _MOST_ROWS:
        raise UsageError(f"limit {limit}: expected 1 to {_MOST_ROWS}")
    since, until = _day(day)
    asked = Search(actor=actor, action=action, site=site, since=since, until=until)
    found = search_audit(context.store, asked, limit=limit)
    context.audit.record(actor="cli", action="view", rows=len(found.records), detail="audit")
    return [
        asdict(record) | {"at": record.at.isoformat(), "chain": str(record.chain)}
        for record in found.records
    ]


def sign(context: Context) -> None:
    """Sign how far the audit log reaches."""
    CheckpointLog(context.store, context.paths.root).sign(datetime.now(UTC))


def expire(context: Context) -> None:
    """Remove what is older than the audit log's retention."""
    days = context.config.audit_retention_days
    expire_audit(context.store, context.paths.root, context.audit, days, datetime.now(UTC))


def _day(text: str) -> tuple[datetime, datetime]:
    """Return the beginning and end of a day in UTC; of all time for ""."""
    if not text:
        return EARLIEST, LATEST
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"day {text[:40]!r}: expected YYYY-MM-DD") from error
    since = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return since, since + timedelta(days=1)
