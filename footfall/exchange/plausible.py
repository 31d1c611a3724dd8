"""Plausible: the daily figures in its export, a ZIP file of `imported_….csv` tables.

Tables and columns as its export writes them, looked up in 2026-11.  It holds no events, so what
comes in are figures of closed days.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from collector.facts.attribution import attribute
from collector.facts.campaign import Campaign
from collector.facts.referrer import referrer_of
from collector.facts.source import source_of_tag
from footfall.errors import CommandError
from footfall.exchange.daily_sums import DailySums
from footfall.exchange.making import day_of, region_code
from footfall.exchange.records import FileError, Notes, Records
from footfall.exchange.source import Cells, Source, table

TABLE: Final = re.compile(r"(?:.*/)?(imported_[a-z_]+?)(?:_\d{8}_\d{8})?\.csv")

_TAGS: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
_DEVICES: Final = {"Laptop": "Desktop"}
_SYSTEMS: Final = {"Mac": "macOS", "GNU/Linux": "Linux", "Chrome OS": "ChromeOS"}
# No table of pages or events can tell more than this in memory's place: ZIP bombs end here.
_LONGEST_TABLE_BYTES: Final = 4 * 1024**3


def read_plausible(source: Source, notes: Notes) -> Records:
    """Yield the figures of every day in the archive."""
    sums = DailySums()
    try:
        with source.path.open("rb") as file, zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                _read_entry(source, archive, info, sums, notes)
                source.on_read(file.tell())
    except zipfile.BadZipFile as error:
        raise CommandError(
            f"{source.path.name} is no whole ZIP file: nothing was imported"
        ) from error
    if not sums.days():
        raise CommandError(f"{source.path.name} holds no imported_….csv table with rows")
    notes.remarks.append(
        "visitors of a source, tag, place or event are the sum over the finer rows of the export"
    )
    yield from sums.records()


def _read_entry(
    source: Source,
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    sums: DailySums,
    notes: Notes,
) -> None:
    found = TABLE.fullmatch(info.filename)
    if found is None or found[1] not in _TABLES:
        if not info.is_dir():
            notes.lose(Path(info.filename).name)
        return
    if info.file_size > _LONGEST_TABLE_BYTES:
        raise CommandError(f"{info.filename}: expected a table of less than 4 GiB")
    mapped, lost, take = _TABLES[found[1]]
    notes.mapped.append(f"{found[1]} → {mapped}")
    notes.lose(*lost)
    path = source.path / info.filename
    with archive.open(info) as raw:
        try:
            text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
            for cells in table(path, text, ("date",)):
                notes.rows_read += 1
                take(cells, _day(cells), sums)
        except UnicodeDecodeError as error:
            raise FileError(path, 1, "expected UTF-8 text") from error


def _day(cells: Cells) -> date:
    try:
        return day_of(cells["date"])
    except ValueError as error:
        raise cells.wrong("date", "a day such as 2026-01-31") from error


def _sessions(cells: Cells, count: str = "visits") -> dict[str, int]:
    figures = {"sessions": count, "bounces": "bounces", "duration_s": "visit_duration"}
    figures |= {"visitors": "visitors", "pageviews": "pageviews"}
    numbers = {name: cells.whole(column) for name, column in figures.items()}
    return numbers | {"events": numbers["pageviews"]}


def _site(cells: Cells, day: date, sums: DailySums) -> None:
    sums.add(day, "", "", **_sessions(cells))


def _sources(cells: Cells, day: date, sums: DailySums) -> None:
    figures = _sessions(cells)
    text = cells["referrer"]
    referrer = referrer_of(text if not text or "://" in text else f"https://{text}")
    named = cells["source"] if cells["source"] != "Direct / None" else ""
    tags = Campaign(*(cells[tag] for tag in _TAGS))
    # A source that Plausible found and that we cannot find again counts as a tag would.
    known = tags if tags.source or referrer.host else tags._replace(source=named)
    sums.add(day, "source", source_of_tag(named).name if named else "", **figures)
    sums.add(day, "channel", attribute(referrer.host, known).channel, **figures)
    sums.add(day, "referrer", referrer.url, **figures)
    for tag in _TAGS:
        sums.add(day, tag, cells[tag], **figures)


def _pages(cells: Cells, day: date, sums: DailySums) -> None:
    views = cells.whole("pageviews")
    figures = {"visitors": cells.whole("visitors"), "sessions": cells.whole("visits")}
    sums.add(day, "page", cells["page"], pageviews=views, events=views, **figures)


def _entry_pages(cells: Cells, day: date, sums: DailySums) -> None:
    sums.add(day, "entry_page", cells["entry_page"], **_sessions(cells, "entrances"))


def _exit_pages(cells: Cells, day: date, sums: DailySums) -> None:
    sums.add(day, "exit_page", cells["exit_page"], **_sessions(cells, "exits"))


def _events(cells: Cells, day: date, sums: DailySums) -> None:
    if cells["name"] in ("pageview", "engagement"):
        return
    events, visitors = cells.whole("events"), cells.whole("visitors")
    sums.add(day, "goal", cells["name"], visitors=visitors, events=events)
    sums.add(day, "", "", events=events)


def _places(cells: Cells, day: date, sums: DailySums) -> None:
    figures = _sessions(cells)
    country = cells["country"]
    sums.add(day, "country", country, **figures)
    sums.add(day, "region", region_code(country, cells["region"]), **figures)


def _devices(cells: Cells, day: date, sums: DailySums) -> None:
    name = cells["device"]
    sums.add(day, "device", _DEVICES.get(name, name or "Other"), **_sessions(cells))


def _browsers(cells: Cells, day: date, sums: DailySums) -> None:
    sums.add(day, "browser", cells["browser"], **_sessions(cells))


def _systems(cells: Cells, day: date, sums: DailySums) -> None:
    name = cells["operating_system"]
    sums.add(day, "os", _SYSTEMS.get(name, name), **_sessions(cells))


_Take = Callable[[Cells, date, DailySums], None]
# What a table becomes, what of it has no place, and who takes its rows.
_TABLES: Final[Mapping[str, tuple[str, tuple[str, ...], _Take]]] = {
    "imported_visitors": ("the site's figures", (), _site),
    "imported_sources": ("source, channel, referrer, utm_…", (), _sources),
    "imported_pages": ("page", ("hostname", "scroll depth", "time on page"), _pages),
    "imported_entry_pages": ("entry_page", (), _entry_pages),
    "imported_exit_pages": ("exit_page", (), _exit_pages),
    "imported_custom_events": ("goal", ("link_url and path of events",), _events),
    "imported_locations": ("country, region", ("city, a number of another database",), _places),
    "imported_devices": ("device", (), _devices),
    "imported_browsers": ("browser", ("browser_version",), _browsers),
    "imported_operating_systems": ("os", ("operating_system_version",), _systems),
}
