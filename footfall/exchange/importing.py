"""Importing: a file's way into the store, read to its end before its first row is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from collector.rules.published import Rules
from collector.rules.site import SiteRules, prepare
from footfall.config import Config
from footfall.errors import CommandError, UsageError
from footfall.exchange.formats import Reading, kind_of
from footfall.exchange.kinds import AUTO, KINDS, Kind
from footfall.exchange.pseudonyms import Pseudonyms
from footfall.exchange.records import Notes
from footfall.exchange.source import Source, content_id
from footfall.exchange.staging import Stage, days_text
from footfall.paths import DataPaths
from geoip import Locator
from schema import Site

_EPOCH_TEXT: Final = "1970-01-01T00:00:00Z"


class Caller(Protocol):
    """The way to the store's side, commands/imports.py."""

    def call(self, command: str, **arguments: Any) -> Any:
        """Run a command and return its result."""


class Progress(Protocol):
    """What is told how far a step has come."""

    def __call__(self, label: str, length: int) -> Any:
        """Return a context that gives a function to call with each advance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked for."""

    files: Sequence[Path]
    site: str
    kind: str = AUTO
    from_site: str = ""
    since: date | None = None
    until: date | None = None
    merge: bool = False
    dry_run: bool = False


def import_files(store: Caller, config: Config, wish: Wish, progress: Progress) -> dict[str, Any]:
    """Bring files in, or only say what would come of it; return the report."""
    answer = store.call("import_site", name=wish.site)
    site = msgspec.convert(answer["site"], Site)
    today = date.fromisoformat(answer["today"])
    sources = [Source(path) for path in wish.files]
    kinds = {kind_of(source) if wish.kind == AUTO else _named(wish.kind) for source in sources}
    if len(kinds) > 1:
        raise CommandError(f"the files are of different kinds ({', '.join(sorted(kinds))})")
    [kind] = kinds
    import_id = _import_id(wish.files)
    notes = Notes()
    paths = DataPaths(config.data)
    paths.make()
    staged = paths.imports / import_id
    with _staged(Stage(staged, site, today, notes, config.keys)) as stage:
        _read(stage, sources, kind, _reading(config, paths, site, notes, wish), wish, progress)
        plan = _Plan.of(store, stage, site, import_id, kind, wish)
        report = _report(stage, notes, plan)
        if wish.dry_run or plan.state == "done":
            state = "in already" if plan.state == "done" else "dry run: nothing was imported"
            return report | {"state": state}
        if not plan.days and not plan.merged_days:
            raise CommandError("nothing of it can come in: run it with --dry-run to see why")
        _store(store, stage, plan, progress)
    return report | {"state": "imported"}


def _named(text: str) -> Kind:
    for kind in KINDS:
        if kind == text:
            return kind
    raise UsageError(f"--format {text!r}: expected one of {AUTO}, {', '.join(KINDS)}")


def _import_id(files: Sequence[Path]) -> str:
    """Return the id of some files: the hash of what is in them, in any order."""
    ids = sorted(content_id(path) for path in files)
    if len(ids) == 1:
        return f"{ids[0]:016x}"
    text = " ".join(f"{each:016x}" for each in ids)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _reading(config: Config, paths: DataPaths, site: Site, notes: Notes, wish: Wish) -> Reading:
    return Reading(
        rules=_rules(site),
        notes=notes,
        names=Pseudonyms(site.name),
        locator=Locator(config.geoip_db, directory=paths.geoip),
        from_site=wish.from_site or site.name,
    )


def _rules(site: Site) -> SiteRules:
    published = msgspec.convert({"published_at": _EPOCH_TEXT, "sites": {}}, Rules)
    rules = msgspec.structs.replace(published, sites={site.name: site})
    return prepare(rules).sites[site.name]


@contextmanager
def _staged(stage: Stage) -> Iterator[Stage]:
    try:
        yield stage
    finally:
        stage.close()


def _read(
    stage: Stage,
    sources: Sequence[Source],
    kind: Kind,
    reading: Reading,
    wish: Wish,
    progress: Progress,
) -> None:
    size_bytes = sum(source.path.stat().st_size for source in sources)
    with progress("Reading", size_bytes) as advance:
        for source in sources:
            source.on_read = _steps(advance)
            for record in reading.records(source, kind):
                stage.add(record, wish.since, wish.until)
    stage.place()


def _steps(advance: Callable[[int], None]) -> Callable[[int], None]:
    """Return what takes a position and advances by the way from the last one."""
    position = 0

    def at(now: int) -> None:
        nonlocal position
        advance(max(0, now - position))
        position = max(position, now)

    return at


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What of a file comes in, and what does not because of what is there."""

    id: str
    site: str
    kind: Kind
    state: str  # of an earlier import of the same file
    days: list[date]
    merged_days: list[date]
    left_days: list[date]
    figure_days: set[date]

    @classmethod
    def of(
        cls, store: Caller, stage: Stage, site: Site, import_id: str, kind: Kind, wish: Wish
    ) -> _Plan:
        """Compare a file's days with those that have figures; raises CommandError."""
        wanted = sorted({*stage.event_days, *stage.figure_days})
        found = store.call(
            "import_survey",
            site=site.name,
            import_id=import_id,
            days=[day.isoformat() for day in wanted],
        )
        is_open = {date.fromisoformat(day) for day in found["open_days"]}
        taken = is_open | {date.fromisoformat(day) for day in found["closed_days"]}
        # Sessions of an export keep their ids, so that nothing can be told from a second copy.
        may_merge = wish.merge and kind != "footfall"
        merged = [day for day in stage.event_days if may_merge and day in is_open]
        left = sorted(taken - set(merged))
        if left and not (wish.merge or wish.dry_run or found["state"] == "done"):
            raise CommandError(
                f"{days_text(left)}: there are figures of these days already. Leave them out with"
                " --from and --to, or give --merge: events are added to days that have events, and"
                " what cannot be added is left out. Nothing was imported"
            )
        return cls(
            id=import_id,
            site=site.name,
            kind=kind,
            state=found["state"],
            days=[day for day in wanted if day not in taken],
            merged_days=sorted(merged),
            left_days=left,
            figure_days=stage.figure_days - taken - set(stage.event_days),
        )


def _store(store: Caller, stage: Stage, plan: _Plan, progress: Progress) -> None:
    """Bring in what was staged; when that fails, take out what came in."""
    event_days = [day for day in sorted(stage.event_days) if day in {*plan.days, *plan.merged_days}]
    named = {"site": plan.site, "import_id": plan.id}
    store.call(
        "import_begin",
        **named,
        kind=plan.kind,
        days=[day.isoformat() for day in plan.days],
        merged_days=[day.isoformat() for day in plan.merged_days],
        events=sum(stage.event_days[day] for day in event_days),
        figures=sum(figure.day in plan.figure_days for figure in stage.figures),
    )
    try:
        with progress("Storing", len(event_days) + len(plan.figure_days)) as advance:
            for day in event_days:
                for file in stage.chunks(day):
                    store.call("import_rows", **named, file=f"{plan.id}/{file}")
                store.call("import_close", **named, day=day.isoformat())
                advance(1)
            for file, _ in stage.write_figures(plan.figure_days):
                store.call("import_figures", **named, file=f"{plan.id}/{file}")
                advance(1)
        store.call("import_finish", **named)
    except CommandError:
        store.call("import_undo", **named)
        raise


def _report(stage: Stage, notes: Notes, plan: _Plan) -> dict[str, Any]:
    coming = {*plan.days, *plan.merged_days}
    left_out = dict(notes.left_out)
    if plan.left_days and plan.state != "done":
        left_out["events of days that have figures already"] = sum(
            count for day, count in stage.event_days.items() if day not in coming
        )
    return {
        "id": plan.id,
        "site": plan.site,
        "format": plan.kind,
        "rows_read": notes.rows_read,
        "events": sum(count for day, count in stage.event_days.items() if day in coming),
        "figures": sum(figure.day in plan.figure_days for figure in stage.figures),
        "days": days_text(sorted(coming)),
        "days_merged": days_text(plan.merged_days),
        "days_left_out": days_text(plan.left_days),
        "left_out": {reason: count for reason, count in left_out.items() if count},
        "mapped": notes.mapped,
        "not_carried_over": notes.not_carried,
        "remarks": notes.remarks,
    }
