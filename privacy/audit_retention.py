"""Audit retention: removes what is older than its time, with a signed note in its place."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from privacy.audit import AuditLog
from privacy.checkpoints import CheckpointLog, End
from schema import Store, statement

# Our choice: long enough to ask about a month; the whole one that follows says the same.
_CHECKPOINTS_KEPT: Final = timedelta(days=31)


def expire_audit(store: Store, data: Path, audit: AuditLog, days: int, now: datetime) -> int:
    """Remove records older than `days`, which is more than a chain's life; return how many.

    Only whole beginnings of chains go, so that what remains still holds together.
    """
    log = CheckpointLog(store, data)
    # What goes must have been signed, or the note would tell of what nobody vouched for.
    log.sign(now)
    overdue = store.run("privacy.queries", "audit_overdue", before=now - timedelta(days=days))
    count: int = sum(row[3] for row in overdue)
    if overdue:
        through = {str(chain): End(number, last) for chain, number, last, _, _ in overdue}
        gone = {str(row[0]) for row in overdue if row[4]}
        whole = log.sign_removal(now, through, gone)
        store.command(
            statement("privacy.queries", "audit_expire"),
            {"chains": list(through), "through": [end.number for end in through.values()]},
        )
        audit.record(actor="system", action="purge", rows=count, detail=f"audit log, {days} days")
        log.forget_before(whole.number)
    elif _is_long(log, now):
        log.forget_before(log.sign_removal(now, {}, set()).number)
    return count


def _is_long(log: CheckpointLog, now: datetime) -> bool:
    """Return whether the first checkpoint is so old that one whole one may stand for many."""
    return log.in_file()[0].statement.at < now - 2 * _CHECKPOINTS_KEPT
