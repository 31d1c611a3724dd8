"""Import commands: the store's side of bringing figures in, and of taking them out again.

A file is read, checked and placed before `begin`; what it holds then comes day by day.  An import
that broke off is taken out by the next one of the same file, so that no row comes in twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from collector.writer.event_rows import COLUMNS, columns
from footfall.commands.context import Context
from footfall.errors import CommandError, UsageError
from footfall.exchange.staging import read_figures, read_rows
from privacy.audit import AuditLog
from schema import Site, Store, UnknownSiteError, get_site, statement
from schema.closing import close_day, refresh_shown_places

_QUERIES: Final = "footfall.exchange.queries"
_ID_DIGITS: Final = 16
_IMPORT_COLUMNS: Final = (
    "id", "site", "kind", "state", "days", "merged_days", "events", "figures", "started_at",
    "changed_at",
)  # fmt: skip
_FIGURE_COLUMNS: Final = (
    "site", "day", "dimension", "value", "visitors", "sessions", "pageviews", "events", "bounces",
    "duration_s", "revenue", "currency", "closed_at",
)  # fmt: skip


class _Import(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `imports`."""

    id: int
    site: str
    kind: str
    state: str  # started, done, undone
    days: list[date]
    merged_days: list[date]
    events: int
    figures: int
    started_at: datetime


def site(context: Context, name: str) -> dict[str, Any]:
    """Return a site as an import needs it, with its day now."""
    found = _site(context.store, name)
    shown: dict[str, Any] = msgspec.to_builtins(found)
    return {"site": shown, "today": found.day_at(datetime.now(UTC)).isoformat()}


def survey(context: Context, site: str, import_id: str, days: Sequence[str]) -> dict[str, Any]:
    """Return whether a file is in already, and which of its days have figures.

    `open_days` can be made again from their events; to those of `closed_days` nothing can be added.
    """
    known = _find(context.store, site, import_id)
    rows = context.store.run(
        _QUERIES, "days_with_figures", site=site, days=[date.fromisoformat(day) for day in days]
    )
    if known is not None and known.state == "started":
        # What an import that broke off has left goes when it begins again.
        rows = [row for row in rows if row[0] not in known.days]
    return {
        "state": "" if known is None else known.state,
        "open_days": [day.isoformat() for day, _, is_fixed in rows if not is_fixed],
        "closed_days": [day.isoformat() for day, _, is_fixed in rows if is_fixed],
    }


def begin(
    context: Context,
    site: str,
    import_id: str,
    kind: str,
    days: Sequence[str],
    merged_days: Sequence[str],
    events: int,
    figures: int,
) -> None:
    """Note an import before its first row; take out what an earlier try has left."""
    known = _find(context.store, site, import_id)
    if known is not None and known.state == "done":
        raise CommandError(f"import {import_id} is in already")
    if known is not None and known.state == "started":
        _take_out(context.store, _site(context.store, site), known)
        _forget_held(context.store, known)
    begun = _Import(
        id=_number(import_id),
        site=_site(context.store, site).name,
        kind=kind,
        state="started",
        days=[date.fromisoformat(day) for day in days],
        merged_days=[date.fromisoformat(day) for day in merged_days],
        events=events,
        figures=figures,
        started_at=datetime.now(UTC),
    )
    _save(context.store, begun)


def take_rows(context: Context, site: str, import_id: str, file: str) -> None:
    """Insert one staged file of events; a repeat of the same one changes nothing."""
    begun = _begun(context.store, site, import_id)
    placed = [
        (row.event, row.session, row.starts)
        for row in read_rows(_staged(context, file), context.config.keys)
    ]
    if any(event.site != site for event, _, _ in placed):
        raise UsageError(f"{file} holds events of another site than {site}")
    values = [*columns(placed), [begun.id] * len(placed)]
    token = f"import/{import_id}/{begun.started_at.timestamp()}/{Path(file).name}"
    context.store.insert("event_rows", [*COLUMNS, "import_id"], values, by_column=True, token=token)


def take_figures(context: Context, site: str, import_id: str, file: str) -> None:
    """Insert one staged file of a day's figures, and close that day.

    The day counts as one whose events have expired: its figures stay as they are.
    """
    begun = _begun(context.store, site, import_id)
    figures = read_figures(_staged(context, file), context.config.keys)
    now = datetime.now(UTC)
    rows = [
        [site, *(getattr(figure, name) for name in _FIGURE_COLUMNS[1:-1]), now]
        for figure in figures
    ]
    days = sorted({figure.day for figure in figures})
    if not set(days) <= set(begun.days):
        raise UsageError(f"{file} holds figures of days that the import did not name")
    context.store.insert("daily_rows", _FIGURE_COLUMNS, rows)
    events = {figure.day: figure.events for figure in figures if not figure.dimension}
    context.store.insert(
        "day_closes",
        ["site", "day", "event_rows", "closed_at"],
        [[site, day, max(1, events.get(day, 0)), now] for day in days],
    )
    _command(
        context.store,
        "show_imported_places",
        site=site,
        days=days,
        small_number=_site(context.store, site).small_number,
        shown_at=now,
    )


def close(context: Context, site: str, import_id: str, day: str) -> None:
    """Close a day whose events are in."""
    _begun(context.store, site, import_id)
    _close(context.store, _site(context.store, site), date.fromisoformat(day))


def finish(context: Context, site: str, import_id: str) -> None:
    """Note that an import is whole."""
    begun = _begun(context.store, site, import_id)
    _save(context.store, msgspec.structs.replace(begun, state="done"))
    _note(context.store, "import", begun)


def undo(context: Context, import_id: str, site: str = "") -> dict[str, Any]:
    """Take out exactly what an import brought in, and close its days again.

    Rows under a hold stay held (`rows_held`), and go when it ends.
    """
    found = [each for each in _imports(context.store, site) if _shown_id(each.id) == import_id]
    found = [each for each in found if each.state != "undone"]
    if not found:
        raise UsageError(f"no import {import_id[:40]!r} is in: see 'footfall import --list'")
    if len(found) > 1:
        names = ", ".join(each.site for each in found)
        raise UsageError(f"import {import_id} is in several sites ({names}): name one with --site")
    [known] = found
    kept = _take_out(context.store, _site(context.store, known.site), known)
    held = _forget_held(context.store, known)
    _save(context.store, msgspec.structs.replace(known, state="undone"))
    _note(context.store, "import_undo", known, f", {held} rows stay held" if held else "")
    return {
        "id": import_id,
        "site": known.site,
        "events": known.events,
        "figures": known.figures,
        "days_kept": [day.isoformat() for day in kept],
        "rows_held": held,
    }


def listing(context: Context, site: str = "") -> list[dict[str, Any]]:
    """Return every import, newest first."""
    return [
        {
            "id": _shown_id(each.id),
            "site": each.site,
            "format": each.kind,
            "state": each.state,
            "days": len(each.days) + len(each.merged_days),
            "events": each.events,
            "figures": each.figures,
            "started_at": each.started_at.isoformat(timespec="seconds"),
        }
        for each in _imports(context.store, site)
    ]


def _take_out(store: Store, of_site: Site, known: _Import) -> list[date]:
    """Remove an import's rows; return the days whose figures cannot be made again and stay.

    A day that holds others' events is closed again from them, unless retention has taken some of
    them: then what the import added to its figures cannot be told apart any more.
    """
    days = sorted({*known.days, *known.merged_days})
    before = store.run(_QUERIES, "days_with_figures", site=known.site, days=days)
    which = {"site": known.site, "days": days, "import_id": known.id}
    _command(store, "remove_imported_sessions", **which)
    _command(store, "remove_imported_events", **which)
    rows = store.run(_QUERIES, "days_with_figures", site=known.site, days=days)
    left = {day for day, count, _ in rows if count}
    shared = {*known.merged_days, *_days_of_others(store, known)}
    kept = sorted(shared & {day for day, _, is_fixed in before if is_fixed})
    for name in ("remove_day_figures", "remove_day_closes", "remove_day_places"):
        _command(store, name, site=known.site, days=[day for day in days if day not in kept])
    for day in sorted(left - set(kept)):
        _close(store, of_site, day)
    return kept


def _forget_held(store: Store, known: _Import) -> int:
    """Let an import's rows that are under a hold go with its end; return how many there are."""
    days = sorted({*known.days, *known.merged_days})
    which = {"site": known.site, "days": days, "import_id": known.id}
    held: int = store.run(_QUERIES, "count_imported_held", **which)[0][0]
    if held:
        _command(store, "forget_imported_held", **which)
    return held


def _days_of_others(store: Store, known: _Import) -> set[date]:
    """Return the days that other imports have added to."""
    others = [
        each
        for each in _imports(store, known.site)
        if each.id != known.id and each.state != "undone"
    ]
    return {day for each in others for day in (*each.days, *each.merged_days)}


def _close(store: Store, of_site: Site, day: date) -> None:
    now = datetime.now(UTC)
    refresh_shown_places(store, of_site, day, now)
    close_day(store, of_site, day, now)


def _begun(store: Store, site: str, import_id: str) -> _Import:
    known = _find(store, site, import_id)
    if known is None or known.state != "started":
        raise CommandError(f"import {import_id} was not begun: start it again")
    return known


def _find(store: Store, site: str, import_id: str) -> _Import | None:
    number = _number(import_id)
    return next((each for each in _imports(store, site) if each.id == number), None)


def _imports(store: Store, site: str) -> list[_Import]:
    rows = store.run(_QUERIES, "list_imports", site=site)
    names = [name for name in _IMPORT_COLUMNS if name != "changed_at"]
    return [_Import(**dict(zip(names, row, strict=True))) for row in rows]


def _save(store: Store, row: _Import) -> None:
    values = [*(getattr(row, name) for name in _IMPORT_COLUMNS[:-1]), datetime.now(UTC)]
    store.insert("imports", _IMPORT_COLUMNS, [values])


def _note(store: Store, action: str, row: _Import, more: str = "") -> None:
    AuditLog(store).record(
        actor="cli",
        action=action,
        site=row.site,
        rows=row.events + row.figures,
        detail=f"{row.kind} {_shown_id(row.id)}{more}",
    )


def _command(store: Store, name: str, **parameters: Any) -> None:
    store.command(statement(_QUERIES, name), parameters)


def _staged(context: Context, file: str) -> Path:
    """Return the path of a staged file; the directory holds nothing else."""
    root = context.paths.imports.resolve()
    path = (root / file).resolve()
    if root not in path.parents:
        raise UsageError("expected a file that the import has staged")
    return path


def _shown_id(number: int) -> str:
    return f"{number:0{_ID_DIGITS}x}"


def _number(import_id: str) -> int:
    try:
        return int(import_id, 16)
    except ValueError as error:
        raise UsageError(
            f"import {import_id[:40]!r}: expected {_ID_DIGITS} hexadecimal digits"
        ) from error


def _site(store: Store, name: str) -> Site:
    try:
        return get_site(store, name)
    except UnknownSiteError as error:
        raise UsageError(str(error)) from error
