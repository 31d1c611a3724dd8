"""GoatCounter: the pageviews and events of its CSV export, versions 1 and 2.

Columns as its export names them, looked up in 2026-11; the first one begins with the version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from collector.event import NOBODY, PAGEVIEW
from collector.facts.campaign import Campaign
from collector.facts.device import Device, device_of
from collector.facts.visitor import VisitorId
from collector.rules.site import SiteRules
from footfall.exchange.making import LeftOutError, Said, make_event
from footfall.exchange.pseudonyms import Pseudonyms
from footfall.exchange.records import FileError, Notes, Records, Row
from footfall.exchange.source import Cells, Source, table

HEAD: Final = re.compile(r"\ufeff?([12])Path,Title,Event,")
_NEEDED: Final = ("Event", "Session", "Bot", "Date")
# "c": the referrer is a campaign's name, "g": one that GoatCounter made for a group of addresses.
_CAMPAIGN, _GENERATED = "c", "g"
_VERSIONED: Final = re.compile(r"(?P<name>.*?)(?: (?P<version>\d+)[\d.]*)?")
_SYSTEMS: Final = {"Mac OS X": "macOS", "Mac OS": "macOS", "Chrome OS": "ChromeOS"}
_PHONE_PX, _TABLET_PX = 576, 992


def read_goatcounter(source: Source, rules: SiteRules, notes: Notes, names: Pseudonyms) -> Records:
    """Yield pageviews and events of people."""
    notes.mapped += [
        "Path → path, or the event's name where Event is true",
        "Session → visitor (hashed, for each day anew)",
        "Date → time",
        "Referrer, Referrer scheme → referrer or campaign, source, channel",
        "Browser, System or UserAgent → browser, os, device; Screen size → screen, device",
        "Location → country, region",
    ]
    notes.lose("Title", "FirstVisit", "the page of an event, which its export does not name")
    for cells in _rows(source):
        notes.rows_read += 1
        try:
            yield Row(make_event(_said(cells, rules, names), rules))
        except LeftOutError as left_out:
            notes.leave_out(str(left_out))


def _rows(source: Source) -> Iterator[Cells]:
    with source.text() as text:
        for cells in table(source.path, text, _NEEDED):
            first = next(iter(cells.values))
            if first not in ("1Path", "2Path"):
                raise FileError(source.path, 1, "expected the first column to be 1Path or 2Path")
            yield Cells(cells.path, cells.line, cells.values | {"Path": cells[first]})


def _said(cells: Cells, rules: SiteRules, names: Pseudonyms) -> Said:
    if cells.whole("Bot"):
        raise LeftOutError("bots")
    is_event = cells["Event"].lower() == "true"
    if is_event and not cells["Path"].strip():
        raise LeftOutError("events without a name")
    time = _time(cells)
    country, _, _ = cells["Location"].upper().partition("-")
    scheme, referrer = cells["Referrer scheme"], cells["Referrer"]
    day = rules.site.day_at(time)
    session = cells["Session"]
    width = _width(cells["Screen size"])
    return Said(
        time=time,
        visitor=names.of_name(day, session) if session else VisitorId(NOBODY),
        url="/" if is_event else cells["Path"],
        name=cells["Path"] if is_event else PAGEVIEW,
        referrer="" if scheme in (_CAMPAIGN, _GENERATED) else referrer,
        campaign=Campaign(source=referrer[:200]) if scheme in (_CAMPAIGN, _GENERATED) else None,
        device=_device(cells, width),
        country=country,
        region=cells["Location"].upper() if "-" in cells["Location"] else "",
        screen_width=width,
    )


def _time(cells: Cells) -> datetime:
    try:
        time = datetime.fromisoformat(cells["Date"])
    except ValueError as error:
        raise cells.wrong("Date", "a time such as 2026-01-31T09:30:00Z") from error
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time


def _device(cells: Cells, width: float | None) -> Device:
    if cells["UserAgent"]:
        return device_of(cells["UserAgent"])
    browser, version = _versioned(cells["Browser"])
    system, system_version = _versioned(cells["System"])
    return Device(
        device=_class(width, system),
        browser=browser,
        browser_version=version,
        os=_SYSTEMS.get(system, system),
        os_version=system_version,
    )


def _versioned(text: str) -> tuple[str, str]:
    """Return the name and the major version in "Chrome 142"."""
    found = _VERSIONED.fullmatch(text.strip())
    return (found["name"], found["version"] or "") if found else (text, "")


def _class(width: float | None, system: str) -> str:
    """Return the class of device; without a user agent the screen's width must do."""
    if not width:
        return "Mobile" if system in ("iOS", "Android") else "Other"
    if width < _PHONE_PX:
        return "Mobile"
    return "Tablet" if width < _TABLET_PX else "Desktop"


def _width(text: str) -> float | None:
    width = re.split("[x,]", text, maxsplit=1)[0]
    try:
        return float(width)
    except ValueError:
        return None
