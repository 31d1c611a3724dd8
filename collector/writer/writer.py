"""Writer: takes batches from the journal into the store, each exactly once."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import structlog

from collector.event import Drop, Event
from collector.journal.checkpoint import load_checkpoint, save_checkpoint
from collector.journal.frames import encode_frame, journal_sealer
from collector.journal.quarantine import QUARANTINE_SUFFIX, prune_quarantine, set_aside
from collector.journal.reader import Batch, Positions, delete_segments, read_batch, read_range
from collector.journal.wishes import RecentErasures, forget_refused, set_undone, take_undone
from collector.metrics import WriterMeter
from collector.resend import REMEMBERED, RecentIds
from collector.writer.event_rows import COLUMNS, Placed, columns
from collector.writer.refused import find_refused
from collector.writer.repeat import mend_sessions, not_stored
from collector.writer.session import SESSION_GAP, Sessions
from privacy.carry_out import Clerk
from privacy.consent import save_receipts
from privacy.errors import PrivacyError
from privacy.records import ConsentReceipt, Erasure, Record, Request, kind_of
from schema import Store, StoreError
from schema.keys import NO_KEYS, Keys

# Our choice: with a look at the dashboard each half second, an event is seen within two seconds.
BATCH_INTERVAL_S: Final = 0.5
# Measured: batches of 20,000 insert at four fifths of the engine's best rate.
BATCH_ROWS: Final = 20_000
_RETRY_S: Final = (0.2, 0.5, 1.0, 2.0, 5.0)

# After so many failures in a row it may be an event that is refused, and not a store that is down.
_BLAME_AFTER: Final = 2
# A wish that fails so often, half a minute long, while the store answers, waits for the next start.
_WISH_TRIES: Final = 10
# After so many looks an insert that the store says it has and does not show is not under way: a
# server that renames a part for longer than the waits between has a disk that hangs.
_UNSEEN_LOOKS: Final = 3

_PRUNE_INTERVAL: Final = timedelta(minutes=1)
# Our choice: often enough that a full journal is not full for long, and a look is a few stats.
_FREE_INTERVAL: Final = timedelta(seconds=10)

_DROPPED_COLUMNS: Final = ["site", "hour", "reason", "detail", "count"]

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Insert:
    """A batch as the store takes it; kept until the store has it."""

    batch: Batch
    placed: list[Placed]
    dropped: list[list[Any]]
    receipts: list[ConsentReceipt]
    # Whether the store may have some of it.
    doubtful: bool = False


class Writer:
    """One writer a journal directory; it alone assigns sessions and drops repeats."""

    def __init__(
        self,
        store: Store,
        journal_root: Path,
        checkpoint_path: Path,
        meter: WriterMeter | None = None,
        *,
        keys: Keys = NO_KEYS,
    ) -> None:
        journal_root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._store = store
        self._root = journal_root
        self._keys = keys
        self._sealer = journal_sealer(keys)
        self._checkpoint_path = checkpoint_path
        self._meter = meter or WriterMeter()
        self._done: Positions = {}
        self._sessions = Sessions()
        self._recent = RecentIds()
        self._erased = RecentErasures()
        self._clerk = Clerk(store, checkpoint_path.parent, keys)
        self._stored_until: datetime | None = None
        self._caught_up_at: datetime | None = None
        self._pending: _Insert | None = None
        self._journal = ""
        self._plan: Positions | None = None
        self._started = False
        self._has_more = False  # the journal held more than the newest batch
        self._pruned_at = self._freed_at = datetime.min.replace(tzinfo=UTC)
        # In a row, of the insert that is pending.
        self._failures = 0
        self._unseen = 0
        # Events that the store refused for good, since the start; they lie in the quarantine.
        self.refused_count = 0

    @property
    def caught_up_at(self) -> datetime | None:
        """Return the newest instant at which the journal held nothing unread; None before one."""
        return self._caught_up_at

    def start(self) -> None:
        """Repeat the insert that may have been cut off, and rebuild sessions and recent ids.

        Raises StoreError when the store cannot be read; start again then.
        """
        checkpoint = load_checkpoint(self._checkpoint_path)
        self._done, self._journal = checkpoint.done_positions, checkpoint.journal
        self._recent = RecentIds()
        self._erased = RecentErasures()
        self._recall_recent()
        self._restore_sessions()
        following = checkpoint.next_positions
        if following is not None:
            batch = read_range(self._root, self._done, following, keys=self._keys)
            if batch is not None:
                self._pending = self._prepare(batch)
                self._pending.doubtful = True
            self._store_pending()
            self._done = following
            # If the store had the batch already, what was prepared again met its own sessions.
            self._restore_sessions()
        self._save_plan(None)
        take_undone(self._root, self._keys)
        self._started = True

    def step(self, *, limit: int = BATCH_ROWS) -> int:
        """Insert what the journal holds, at most about `limit` records; return how many.

        Raises StoreError when the store did not take it, OSError when the checkpoint could not be
        written; the next step tries the same insert.
        """
        if not self._started:
            self.start()
        looked_at = datetime.now(UTC)
        if self._pending is None:
            batch = read_batch(self._root, self._done, limit, keys=self._keys)
            if batch is None:
                # The store remembers only so many tokens: leave no old plan to be repeated.
                self._save_plan(None)
                self._caught_up_at = looked_at
                # A journal that is full gets no record whose time would say that others are old.
                self._free_journal(looked_at)
                return 0
            self._pending = self._prepare(batch)
        batch = self._pending.batch
        self._save_plan(batch.end)
        self._store_pending()
        self._done = batch.end
        self._prune(batch.newest)
        self._has_more = batch.is_cut or batch.size >= limit
        if not self._has_more:
            self._caught_up_at = looked_at
        return batch.size

    def run(self, stop: threading.Event) -> None:
        """Insert until `stop` is set, then what is left; survive a store that is down."""
        failures = 0
        while True:
            stopping = stop.is_set()
            begun_s = time.monotonic()
            try:
                taken = self.step()
            except (StoreError, OSError) as error:
                self._meter.failed()
                self._save_meter()
                _log.warning("batch_not_stored", failures=failures + 1, reason=str(error))
                if stopping:
                    return
                stop.wait(_RETRY_S[min(failures, len(_RETRY_S) - 1)])
                failures += 1
                continue
            failures = 0
            self._save_meter()
            if stopping and not taken:
                return
            if not (self._has_more and taken) and not stopping:
                stop.wait(max(0.0, BATCH_INTERVAL_S - (time.monotonic() - begun_s)))

    def _save_meter(self) -> None:
        caught_up_at_s = self._caught_up_at.timestamp() if self._caught_up_at else 0.0
        self._meter.set_state(len(self._sessions), self.refused_count, caught_up_at_s)
        self._meter.save()

    def _prepare(self, batch: Batch) -> _Insert:
        records = [each for each in batch.records if not isinstance(each, ConsentReceipt)]
        receipts = [each for each in batch.records if isinstance(each, ConsentReceipt)]
        self._recall_late_sessions(records)
        placed, dropped = self._place(records)
        return _Insert(batch, placed, [[*key, count] for key, count in dropped.items()], receipts)

    def _save_plan(self, following: Positions | None) -> None:
        """Make durable what is done and what comes next, unless it is already."""
        if self._started and self._plan == following:
            return
        save_checkpoint(self._checkpoint_path, self._journal, self._done, following)
        self._plan = following

    def _store_pending(self) -> None:
        """Insert, or carry out, what is pending."""
        if self._pending is not None:
            wish = self._pending.batch.wish
            if wish is None:
                self._insert_pending(self._pending)
            else:
                self._carry_out(wish)
            self._stored_until = self._pending.batch.newest
            self._pending = None

    def _carry_out(self, wish: Record) -> None:
        """Do what was asked for; what came before it is in the store."""
        try:
            forget_refused(self._root, wish, self._keys)
            self._clerk.carry_out(wish)
        except (StoreError, OSError, PrivacyError) as error:
            self._give_up_later(wish, error)
        self._failures = 0
        if isinstance(wish, Erasure):
            self._erased.add(wish.scope)
        if not isinstance(wish, Request):
            # A session that is gone takes no more events.
            self._restore_sessions()

    def _give_up_later(self, wish: Record, error: Exception) -> None:
        """Raise StoreError, so that it is tried again, unless it is the wish that is refused."""
        self._failures += 1
        if self._failures < _WISH_TRIES or self._store.value("SELECT 1") != 1:
            raise StoreError(f"{kind_of(wish)} not carried out: {error}") from error
        set_undone(self._root, wish, self._keys)
        _log.error("wish_not_carried_out", kind=kind_of(wish), id=wish.id, reason=str(error))

    def _insert_pending(self, insert: _Insert) -> None:
        """Insert what is pending, what the store has of it left out.

        Events come last: what is dropped depends on the sessions that the store had before them.
        """
        begun_s = time.monotonic()
        try:
            if self._failures >= _BLAME_AFTER:
                self._set_refused_aside(insert)
            self._insert(insert)
        except StoreError:
            insert.doubtful = True
            self._failures += 1
            raise
        self._failures = self._unseen = 0
        self._meter.inserted(
            len(insert.batch.records),
            len(insert.placed),
            ((reason, count) for _, _, reason, _, count in insert.dropped),
            time.monotonic() - begun_s,
        )

    def _insert(self, insert: _Insert) -> None:
        token = f"{self._journal}/{insert.batch.token}"
        save_receipts(self._store, insert.receipts)
        if insert.dropped:
            self._store.insert("dropped_rows", _DROPPED_COLUMNS, insert.dropped, token=token)
        if not insert.doubtful:
            self._insert_events(insert.placed, token)
            return
        self._insert_events(not_stored(self._store, insert.placed), token)
        if left := not_stored(self._store, insert.placed):
            self._insert_unseen(left, token)
        mend_sessions(self._store, insert.placed)

    def _insert_unseen(self, left: Sequence[Placed], token: str) -> None:
        """Insert events whose token the store knows and whose rows it does not show."""
        self._unseen += 1
        if self._unseen < _UNSEEN_LOOKS:
            raise StoreError("the store says it has a batch and does not show it: looking again")
        _log.warning("token_without_rows", events=len(left))
        self._insert_events(left, f"{token}/{self._unseen}")

    def _insert_events(self, placed: Sequence[Placed], token: str) -> None:
        if placed:
            self._store.insert("event_rows", COLUMNS, columns(placed), by_column=True, token=token)

    def _set_refused_aside(self, insert: _Insert) -> None:
        """Take the events that no store would take out of a batch, so that the others go in."""
        refused = find_refused(self._store, insert.placed) if insert.placed else []
        for event in refused:
            # The name is the event's own, however the frame is sealed.
            digest = blake2b(encode_frame(event), digest_size=8).hexdigest()
            name = f"refused-{digest}{QUARANTINE_SUFFIX}"
            if set_aside(self._root / name, encode_frame(event, self._sealer)):
                self.refused_count += 1
                _log.error("event_refused", site=event.site, file=name)
        insert.placed = [item for item in insert.placed if item[0] not in refused]

    def _place(
        self, records: Sequence[Event | Drop]
    ) -> tuple[list[Placed], Counter[tuple[str, datetime, str, str]]]:
        """Give each event its session; count what is dropped, by site, hour, reason and detail."""
        placed: list[Placed] = []
        dropped: Counter[tuple[str, datetime, str, str]] = Counter()
        for record in records:
            reason, detail = "", ""
            if isinstance(record, Drop):
                reason, detail = record.reason, record.detail
            elif self._erased.cover(record):
                continue
            elif self._recent.is_repeat(record.resend_id, record.received_at):
                reason = "duplicate"
            else:
                assigned = self._sessions.assign(record)
                if assigned is not None:
                    placed.append((record, assigned.session, assigned.starts))
                    continue
                reason = "no_session"
            hour = record.received_at.replace(minute=0, second=0, microsecond=0)
            dropped[record.site, hour, reason, detail] += 1
        return placed, dropped

    def _recall_recent(self) -> None:
        """Read again what is still in the journal before `done`: ids, and the newest record."""
        at: Positions = {}
        self._stored_until = None
        while (
            batch := read_batch(self._root, at, BATCH_ROWS, until=self._done, keys=self._keys)
        ) is not None:
            for record in batch.records:
                if isinstance(record, Event):
                    self._recent.is_repeat(record.resend_id, record.received_at)
            if isinstance(batch.wish, Erasure):
                self._erased.add(batch.wish.scope)
            self._stored_until = batch.newest
            at = batch.end

    def _restore_sessions(self) -> None:
        since = (self._stored_until or datetime.now(UTC)) - 2 * SESSION_GAP
        rows = self._store.run("collector.writer.queries", "open_sessions", since=since)
        self._sessions = Sessions()
        self._sessions.restore((v, s, a, b) for v, s, a, b in rows)

    def _recall_late_sessions(self, records: Sequence[Event | Drop]) -> None:
        """Fetch the sessions that events from the shop's servers, sent late, may belong to."""
        late = [
            record
            for record in records
            if isinstance(record, Event)
            and record.received_at - record.time > SESSION_GAP
            and record.visitor
        ]
        if late:
            rows = self._store.run(
                "collector.writer.queries",
                "sessions_of_visitors",
                sites=sorted({event.site for event in late}),
                days=sorted({event.day for event in late}),
                visitors=sorted({event.visitor for event in late}),
            )
            self._sessions.restore((v, s, a, b) for v, s, a, b in rows)

    def _prune(self, newest: datetime) -> None:
        """Forget what no later record can need, and free the journal it came from."""
        if newest - self._pruned_at >= _PRUNE_INTERVAL:
            self._pruned_at = newest
            # An event is late, and its sessions are fetched, only behind one more gap.
            self._sessions.forget_before(newest - SESSION_GAP)
        self._free_journal(newest)

    def _free_journal(self, now: datetime) -> None:
        """Delete segments that no repeat can need, and old quarantine."""
        # The clock may have gone back.
        if abs(now - self._freed_at) >= _FREE_INTERVAL:
            self._freed_at = now
            delete_segments(self._root, self._done, (now - REMEMBERED).timestamp())
            prune_quarantine(self._root)
