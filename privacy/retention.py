"""Retention: takes away what a site has kept for its time, and looks whether it is gone.

Cities and ids are blanked in place, events, sessions, counts of what was dropped and receipts of
consents are removed, small totals fold.  A day loses nothing before its totals stand.  Rows under a
hold are in another table, so that nothing here reaches them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Final, Literal, TypeAlias, get_args

from privacy.audit import AuditLog
from privacy.folding import find_small_totals, fold_totals
from privacy.mutation import mutate
from privacy.retention_policy import DEFAULT_DAYS, KEPT, Kept, retention_of
from schema import Site, Store
from schema.closing import days_to_close

_QUERIES: Final = "privacy.queries"
_COLUMNS: Final = (
    "site", "class", "until", "found", "removed", "found_after", "state", "started_at", "took_ms",
    "changed_at",
)  # fmt: skip

State: TypeAlias = Literal["counted", "started", "done"]
Class: TypeAlias = Literal["cities", "ids", "events", "totals", "dropped", "consents"]
# A hold that ended has its line among the reports, too.
Reported: TypeAlias = Class | Literal["holds"]
# In this order: figures are read from totals before the first of them goes.
CLASSES: Final[tuple[Class, ...]] = get_args(Class)

# What blanks or removes a class: tables and the files of their mutations, one for each month.
_MUTATIONS: Final[Mapping[Class, tuple[tuple[str, str], ...]]] = {
    "cities": (("event_rows", "blank_event_cities"), ("session_rows", "blank_session_cities")),
    "ids": (("event_rows", "blank_event_ids"), ("session_rows", "remove_sessions_of_days")),
    "events": (
        ("event_rows", "remove_events_of_days"),
        ("session_rows", "remove_sessions_of_days"),
    ),
}

# What goes by the instant at which a day ended, in any partition.
_BY_INSTANT: Final[Mapping[Class, tuple[str, str]]] = {
    "dropped": ("dropped_rows", "remove_dropped"),
    "consents": ("consent_receipts", "remove_consents"),
}

# Two runs at once would each report what the other removed.
_running: Final = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one run found of a site's class, and what it left."""

    site: str
    kind: Reported
    until: date  # the last day that loses it
    found: int  # rows past their time
    removed: int = 0
    found_after: int = 0
    started_at: datetime
    took_ms: int = 0
    open_days: tuple[date, ...] = ()  # past their time and not closed: they and later days keep it
    state: State = "counted"


@dataclass(frozen=True, slots=True)
class _Found:
    """Rows of a class by day, and how far they may go."""

    site: Site
    until: date
    days: dict[date, int]
    open_days: tuple[date, ...] = ()

    @property
    def rows(self) -> int:
        return sum(self.days.values())

    @property
    def ripe(self) -> list[tuple[str, date]]:
        return [(self.site.name, day) for day in self.days if day <= self.until]


def run_retention(
    store: Store,
    sites: Sequence[Site],
    now: datetime,
    *,
    events_days: int = DEFAULT_DAYS["events"],
    dry: bool = False,
) -> Iterator[Report]:
    """Take away all that is past its time at `now`; yield a report for each class and site.

    `dry` only counts.  Safe to repeat, also after a crash.  Raises RetentionError and StoreError.
    """
    with _running:
        for kind in CLASSES:
            begun, started_s = datetime.now(UTC), monotonic()
            found = [_find(store, kind, site, now, events_days) for site in sites]
            reports = [_begun(kind, each, begun) for each in found]
            if not dry:
                reports = _purge(store, kind, found, reports, now, events_days, started_s)
            yield from reports


def due_sites(
    store: Store, sites: Iterable[Site], now: datetime, events_days: int = DEFAULT_DAYS["events"]
) -> list[Site]:
    """Return the sites of which something has come to its time since their last whole run."""
    done = {(site, kind): day for site, kind, day in store.run(_QUERIES, "retention_done")}
    return [
        site
        for site in sites
        if any(
            done.get((site.name, kind), date.min) < _until(kind, site, now, events_days)
            for kind in CLASSES
        )
    ]


def note_run(log: AuditLog, actor: str, reports: Iterable[Report]) -> None:
    """Write what a run removed into the audit log, one record for each site."""
    by_site: dict[str, list[Report]] = {}
    for report in reports:
        by_site.setdefault(report.site, []).append(report)
    for site, of_site in by_site.items():
        detail = ", ".join(f"{r.kind} {r.removed} until {r.until}" for r in of_site)
        rows = sum(report.removed for report in of_site)
        log.record(actor=actor, action="purge", site=site, rows=rows, detail=detail)


def note_hold_end(
    store: Store, site: str, until: date, found: int, removed: int, found_after: int, at: datetime
) -> None:
    """Report the end of a hold: rows that it held, of these past their time, and still held.

    `until` is the last day that lost its rows; `at` tells one end from another.
    """
    report = Report(
        site=site,
        kind="holds",
        until=until,
        found=found,
        removed=removed,
        found_after=found_after,
        started_at=at,
        state="done",
    )
    _save(store, [report])


def list_reports(store: Store, site: str = "", since: datetime | None = None) -> list[Report]:
    """Return the reports of runs, newest first; `site` "" is all of them."""
    rows = store.run(
        _QUERIES, "retention_reports", site=site, since=since or datetime(1970, 1, 1, tzinfo=UTC)
    )
    return [
        Report(
            site=name,
            kind=kind,
            until=until,
            found=found,
            removed=removed,
            found_after=found_after,
            started_at=started_at,
            took_ms=took_ms,
            state=state,
        )
        for name, kind, until, found, removed, found_after, state, started_at, took_ms in rows
    ]


def _purge(
    store: Store,
    kind: Class,
    found: Sequence[_Found],
    reports: Sequence[Report],
    now: datetime,
    events_days: int,
    started_s: float,
) -> list[Report]:
    """Remove what was found, look again, and leave a report of each site."""
    _save(store, [replace(report, state="started") for report in reports])
    if kind in _MUTATIONS:
        _mutate_days(store, kind, [pair for each in found for pair in each.ripe])
    else:
        for each in found:
            if each.ripe:
                _remove_of_site(store, kind, each, now)
    took_ms = round((monotonic() - started_s) * 1000)
    done = []
    for each, report in zip(found, reports, strict=True):
        left = _find(store, kind, each.site, now, events_days).rows if each.rows else 0
        done.append(
            replace(
                report,
                removed=max(0, report.found - left),
                found_after=left,
                took_ms=took_ms,
                state="done",
            )
        )
    _save(store, done)
    return done


def _mutate_days(store: Store, kind: Class, days: Sequence[tuple[str, date]]) -> None:
    """Change the rows of these days of all sites at once: a change rewrites a month's columns."""
    months: dict[str, list[tuple[str, date]]] = {}
    for site, day in days:
        months.setdefault(f"{day:%Y%m}", []).append((site, day))
    for month, of_month in sorted(months.items()):
        for table, name in _MUTATIONS[kind]:
            mutate(store, table, name, month=month, days=of_month)


def _remove_of_site(store: Store, kind: Class, found: _Found, now: datetime) -> None:
    if kind == "totals":
        fold_totals(store, found.site, found.until, now)
    else:
        before = _end_of(found.site, found.until)
        table, name = _BY_INSTANT[kind]
        mutate(store, table, name, site=found.site.name, before=before)


def _find(store: Store, kind: Class, site: Site, now: datetime, events_days: int) -> _Found:
    until = _until(kind, site, now, events_days)
    if kind in _BY_INSTANT:
        before = _end_of(site, until)
        [(rows,)] = store.run(_QUERIES, f"find_{kind}", site=site.name, before=before)
        return _Found(site, until, {until: rows} if rows else {})
    if kind == "totals":
        return _Found(site, until, dict(find_small_totals(store, site, until)))
    days = dict(store.run(_QUERIES, f"find_{kind}", site=site.name, until=until))
    still_open = set(days_to_close(store, site, now)) if days else set()
    open_days = tuple(sorted(still_open & days.keys()))
    if open_days:
        # Figures of days up to `until` are read from totals, which an open day has not yet.
        until = open_days[0] - timedelta(days=1)
    return _Found(site, until, days, open_days)


def _until(kind: Class, site: Site, now: datetime, events_days: int) -> date:
    of: Kept = "events" if kind == "totals" else kind
    assert of in KEPT
    return retention_of(site, events_days).until(of, site.day_at(now))


def _end_of(site: Site, day: date) -> datetime:
    return site.midnight(day + timedelta(days=1))


def _begun(kind: Class, found: _Found, begun: datetime) -> Report:
    return Report(
        site=found.site.name,
        kind=kind,
        until=found.until,
        found=found.rows,
        started_at=begun,
        open_days=found.open_days,
    )


def _save(store: Store, reports: Sequence[Report]) -> None:
    now = datetime.now(UTC)
    rows = [
        [
            report.site,
            report.kind,
            report.until,
            report.found,
            report.removed,
            report.found_after,
            report.state,
            report.started_at,
            report.took_ms,
            now,
        ]
        for report in reports
    ]
    if rows:
        store.insert("retention_reports", _COLUMNS, rows)
