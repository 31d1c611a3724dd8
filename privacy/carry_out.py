"""Carrying out: what a record asks for, done to the store once, whatever is cut off on the way.

Only for the thread that inserts events, and once everything that came before the record is there.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

from privacy import acts, rows
from privacy.acts import Act, Outcome
from privacy.audit import AuditLog
from privacy.holds import close_empty_holds, save_hold
from privacy.ledger import Ledger, replay
from privacy.receipts import Kept, Removed, make_receipt, signed
from privacy.records import Correction, Erasure, Hold, Record, Release, Request, RowRecord, kind_of
from privacy.retention import note_hold_end
from privacy.signing import open_signing_key
from schema import Store
from schema.keys import NO_KEYS, Keys

_REQUEST_COLUMNS: Final = (
    "id", "site", "kind", "state", "asked_at", "due", "contact", "message", "notes", "changed_at",
)  # fmt: skip


class Clerk:
    """Who carries records out; one a process that writes."""

    def __init__(self, store: Store, data: Path, keys: Keys = NO_KEYS) -> None:
        """`data` is the data directory, with the signing key and the ledger, which `keys` seal."""
        self._store = store
        self._data = data
        self._ledger = Ledger(data, keys)
        self._audit = AuditLog(store)

    def carry_out(self, record: Record) -> None:
        """Do what a record asks for; safe to repeat, and what the first try found is told.

        Raises StoreError or OSError when it could not be done; it is to be tried again then.
        """
        if isinstance(record, Request):
            self._take_request(record)
        elif acts.outcome(self._store, record.id) is None:
            self._do(record)

    def replay_ledger(self) -> int:
        """Carry out again what the ledger says, in a database that was restored; return how many.

        Each as if it were new: what a backup says of itself was copied at another instant.
        """
        return replay(self._ledger.entries(), self._do_again)

    def _do(self, record: RowRecord) -> None:
        begun = acts.begun(self._store, record.id)
        act = begun or self._survey(record)
        # The end of a hold is noted also where others keep all its rows.
        if act.events or act.kept or (isinstance(record, Release) and record.hold):
            if begun is None:
                acts.begin(self._store, record, act)
            # Before the first row is touched: a copy of the data is never newer than the ledger.
            self._ledger.note(record, datetime.now(UTC))
        gone = self._change(record, act, is_repeat=begun is not None)
        self._conclude(record, act, gone)

    def _do_again(self, record: RowRecord) -> None:
        self._change(record, self._survey(record), is_repeat=True)

    def _survey(self, record: RowRecord) -> Act:
        """Return what there is to be done."""
        if isinstance(record, Release):
            held = rows.survey_held(self._store, record.scope, record.hold)
            return Act(
                held.events,
                held.events,
                purged=rows.count_past(self._store, record),
                partitions=held.partitions,
                sessions=held.sessions,
            )
        found = rows.survey(self._store, record.scope)
        if isinstance(record, Hold):
            joined = rows.count_joined(self._store, record)
            return Act(
                found.events, kept=joined, partitions=found.partitions, sessions=found.sessions
            )
        if not isinstance(record, Erasure):
            return Act(found.events, partitions=found.partitions, sessions=found.sessions)
        held = rows.survey_held(self._store, record.scope)
        return Act(
            found.events + held.events,
            held.events,
            rows.count_kept(self._store, record.scope),
            0,
            tuple(sorted({*found.partitions, *held.partitions})),
            found.sessions,
        )

    def _change(self, record: RowRecord, act: Act, *, is_repeat: bool) -> int:
        """Change the rows and make their sessions again; return how many of these are gone."""
        store, scope, partitions = self._store, record.scope, act.partitions
        if isinstance(record, Erasure):
            if act.kept:
                rows.mark_kept(store, scope)
            rows.remove(store, scope, partitions)
            if act.held:
                rows.remove_restricted(store, scope, partitions)
        elif isinstance(record, Correction) and record.not_me:
            rows.unlink(store, scope, partitions)
        elif isinstance(record, Correction):
            rows.correct(store, record, partitions)
        elif isinstance(record, Hold):
            rows.hold(store, record, partitions, is_repeat=is_repeat)
            save_hold(store, record, act.events + act.kept)
        else:
            rows.release(store, record, partitions, is_repeat=is_repeat)
        if act.held or isinstance(record, Release):
            close_empty_holds(store)
        return rows.rebuild(store, act.sessions)

    def _conclude(self, record: RowRecord, act: Act, sessions_gone: int) -> None:
        """Look again, give the receipt, note that it is done."""
        now = datetime.now(UTC)
        finish = partial(acts.finish, self._store, record, act, now, sessions_gone)
        if isinstance(record, Erasure):
            rows.expect_gone(self._store, record.scope)
            self._give_receipt(record, Removed(act.events, sessions_gone), now)
        if isinstance(record, Release) and record.hold:
            self._report_end(record, act)
        finish()
        purpose, detail = _told(record, act)
        self._audit.record(
            actor=record.asked_by,
            action=kind_of(record),
            site=record.scope.site,
            rows=act.events + (act.kept if isinstance(record, Hold) else 0),
            purpose=purpose,
            detail=detail,
        )

    def _report_end(self, record: Release, act: Act) -> None:
        """Say in retention's reports what became of a hold's rows."""
        since = record.keep_since
        note_hold_end(
            self._store,
            record.scope.site,
            record.received_at.date() if since is None else since - timedelta(days=1),
            act.events,
            act.purged,
            rows.survey_held(self._store, record.scope, record.hold).events,
            record.received_at,
        )

    def _give_receipt(self, record: Erasure, removed: Removed, now: datetime) -> None:
        is_kept, until = rows.kept_until(self._store, record.scope)
        receipt = make_receipt(
            id=record.id,
            site=record.scope.site,
            asked_at=record.received_at,
            done_at=now,
            looked_for=record.scope.kinds,
            removed=removed,
            found_after=0,
            backups=self._ledger.backups(now),
            kept=Kept(until) if is_kept else None,
        )
        document = signed(receipt, open_signing_key(self._data))
        acts.save_receipt(self._store, record, now, document)

    def _take_request(self, record: Request) -> None:
        """Put a request into the inbox, once: a person may have worked on it since."""
        if self._store.run("privacy.queries", "find_request", id=record.id)[0][0]:
            return
        row = [
            UUID(record.id), record.site, record.kind, "open", record.received_at, record.due,
            record.contact, record.message, "", record.received_at,
        ]  # fmt: skip
        self._store.insert("privacy_requests", _REQUEST_COLUMNS, [row])


def _told(record: RowRecord, act: Act) -> tuple[str, str]:
    """Return why something was done, and what, as the audit log keeps it."""
    if isinstance(record, Hold) and record.kind != "restriction":
        until = "" if record.ends_on is None else f" until {record.ends_on}"
        return f"{record.kind}: {record.reason}", f"{record.id}{until}, owner {record.owner}"
    if isinstance(record, Hold):
        return record.kind, ""
    if isinstance(record, Release) and record.hold:
        back = act.events - act.purged
        return record.reason, f"{record.hold}: {back} back, {act.purged} past their time"
    return "", ""


__all__ = ["Clerk", "Outcome"]
