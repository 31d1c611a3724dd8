"""Housekeeper: the store process's routine work, each job on its own interval."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import structlog

from collector.facts.salt import SaltBook
from collector.journal.wishes import append_wish
from collector.writer.writer import Writer
from footfall.announced import make_announced
from footfall.backups import keep_backups, trim_ledger
from footfall.commands import Context, audit
from footfall.errors import FootfallError
from footfall.mailing.mailer import Mailer
from privacy.errors import PrivacyError
from privacy.holds import due_end, list_holds
from privacy.retention import Report, due_sites, note_run, run_retention
from privacy.retention_policy import retention_of
from privacy.wiping import WIPE_INTERVAL_S, wipe_deleted
from schema import SchemaError, Site, list_sites
from schema.closing import close_day, days_to_close, refresh_shown_places

# Our choice: a day that is not closed waits for the journal, which may take a while.
_LEFT_AGAIN_AFTER: Final = timedelta(hours=1)
_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)

# Our choice: what could be cut off unseen stays about a morning's use by one person; each
# checkpoint is a line of some 300 bytes.
SIGNED_AFTER_RECORDS: Final = 50

# A beacon taken just before midnight is in the journal and read within this time.
_CLOSING_GRACE: Final = timedelta(seconds=60)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of routine work."""

    name: str
    interval_s: float
    run: Callable[[], object]
    also_last: bool = False  # once more when the process ends


def jobs(context: Context, writer: Writer | None) -> list[Job]:
    """Return the store process's jobs; those that need all events in the store want its writer."""
    routine = [
        Job("publish_rules", 2.0, context.publish),
        Job("expire_salts", 1.0, lambda: _expire_salts(context)),
        Job("keep_backups", 5.0, lambda: keep_backups(context.paths)),
        Job("trim_ledger", 3600.0, lambda: trim_ledger(context.paths, context.config.keys)),
        Job("show_places", 30.0, lambda: _show_places(context)),
    ]
    if writer is not None:
        routine.append(Job("wipe_deleted", WIPE_INTERVAL_S, lambda: wipe_deleted(context.store)))
        # The writer's data directory alone has the key that all checkpoints are told by.
        signer = _AuditSigner(context)
        routine.append(Job("sign_audit", 600.0, signer.sign, also_last=True))
        routine.append(Job("sign_audit_early", 2.0, signer.sign_when_many))
        routine.append(Job("expire_audit", 86_400.0, lambda: audit.expire(context)))
        routine.append(Job("announced", 15.0, lambda: make_announced(context, datetime.now(UTC))))
        routine.append(Job("close_days", 15.0, lambda: close_days(context, writer.caught_up_at)))
    return routine


def retention_jobs(context: Context) -> list[Job]:
    """Return the jobs that take away what is past its time; they may run for minutes."""
    keeper, ends = _RetentionKeeper(context), _EndsOfHolds(context)
    return [
        Job("retention", 60.0, lambda: keeper.run(datetime.now(UTC))),
        Job("end_holds", 60.0, lambda: ends.run(datetime.now(UTC))),
    ]


class _AuditSigner:
    """Signs how far the audit log reaches, at the latest after so many records of this process."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._signed = 0

    def sign(self) -> None:
        written = self._context.audit.written
        audit.sign(self._context)
        self._signed = written

    def sign_when_many(self) -> None:
        if self._context.audit.written - self._signed >= SIGNED_AFTER_RECORDS:
            self.sign()


def mail_jobs(context: Context) -> list[Job]:
    """Return the job that mails what has come due; it waits for a server that may not answer."""
    mailer = Mailer(context)
    return [Job("mail", 60.0, lambda: mailer.run(datetime.now(UTC)))]


class _RetentionKeeper:
    """Runs retention once for each site and day, and each hour while something is left."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._left: dict[str, datetime] = {}

    def run(self, now: datetime) -> list[Report]:
        """Run it for the sites of which something has come to its time."""
        days = self._context.config.retention_days
        every = list_sites(self._context.store, with_removed=True)
        due = due_sites(self._context.store, every, now, days)
        sites = [s for s in due if now - self._left.get(s.name, _EVER) >= _LEFT_AGAIN_AFTER]
        reports = list(run_retention(self._context.store, sites, now, events_days=days))
        left = {report.site for report in reports if report.found_after}
        self._left = {name: at for name, at in self._left.items() if name not in left}
        self._left |= dict.fromkeys(left, now)
        if reports:
            note_run(self._context.audit, "system", reports)
        for name in sorted(left):
            _log.warning("retention_left_rows", site=name)
        return reports


class _EndsOfHolds:
    """Asks the writer, once in a process, to end each hold whose last day is over."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._asked: set[str] = set()

    def run(self, now: datetime) -> list[str]:
        """Ask for what has come to its end; return the holds' ids.

        The record is the same whenever it is asked for, so that one asked for twice is done once.
        """
        context = self._context
        sites = {site.name: site for site in list_sites(context.store, with_removed=True)}
        asked = []
        for hold in list_holds(context.store):
            site = sites.get(hold.scope.site, Site(name=hold.scope.site))
            today = site.day_at(now)
            if not hold.is_over(today) or hold.id in self._asked:
                continue
            policy = retention_of(site, context.config.retention_days)
            record = due_end(hold, policy=policy, today=today, now=now)
            append_wish(context.paths.journal, record, context.config.keys)
            self._asked.add(hold.id)
            asked.append(hold.id)
            _log.info("hold_ends", hold=hold.id, site=site.name)
        return asked


def keep_house(routine: Sequence[Job], stop: threading.Event) -> None:
    """Run each job on its interval until `stop` is set; a job that fails is tried again."""
    due_s = {job.name: 0.0 for job in routine}
    while not stop.is_set():
        for job in routine:
            if time.monotonic() >= due_s[job.name]:
                _try(job)
                due_s[job.name] = time.monotonic() + job.interval_s
        stop.wait(max(0.0, min(due_s.values()) - time.monotonic()))
    for job in routine:
        if job.also_last:
            _try(job)


def close_days(context: Context, caught_up_at: datetime | None) -> list[tuple[str, date]]:
    """Close every day of which all events are in the store; return site and day of each.

    `caught_up_at` is when the journal last held nothing unread.
    """
    if caught_up_at is None:
        return []
    closed = []
    # A removed site's last day, too: its events go one day, and its totals stay.
    for site in list_sites(context.store, with_removed=True):
        for day in days_to_close(context.store, site, caught_up_at - _CLOSING_GRACE):
            now = datetime.now(UTC)
            refresh_shown_places(context.store, site, day, now)
            close_day(context.store, site, day, now)
            _log.info("day_closed", site=site.name, day=day.isoformat())
            closed.append((site.name, day))
    return closed


def _show_places(context: Context) -> None:
    now = datetime.now(UTC)
    for site in list_sites(context.store):
        refresh_shown_places(context.store, site, site.day_at(now), now)


def _expire_salts(context: Context) -> None:
    """Destroy the salts of days that are over, also when no collector is there to do it."""
    sites: list[Site] = list_sites(context.store)
    SaltBook(context.paths.salts).expire(datetime.now(UTC), sites)


def _try(job: Job) -> None:
    try:
        job.run()
    except (FootfallError, SchemaError, PrivacyError, OSError) as error:
        _log.warning("job_failed", job=job.name, reason=str(error))
