"""Matomo: its visits log, or a report of days, as CSV from its reporting API.

The log (`Live.getLastVisitsDetails`) has a row a visit, with its actions as columns
`actionDetails_0_url` and so on; it comes in as events.  A report (`period=day` over a range) has a
row a day and label, and its column `metadata_segment` says what the label is; it comes in as
figures of days.  Columns looked up in 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Final
from urllib.parse import unquote, urlsplit

from collector.event import PAGEVIEW
from collector.facts.campaign import Campaign
from collector.facts.device import Device
from collector.facts.scrub import scrubbed
from collector.rules.site import SiteRules
from footfall.exchange.daily_sums import DailySums
from footfall.exchange.making import LeftOutError, Said, day_of, make_event, region_code
from footfall.exchange.pseudonyms import Pseudonyms
from footfall.exchange.records import Notes, Records, Row
from footfall.exchange.source import Cells, Source, table

_ACTION: Final = re.compile(r"actionDetails_(\d+)_url")
_PAGE, _EVENT = "action", "event"
_DEVICES: Final = {
    "desktop": "Desktop", "smartphone": "Mobile", "phablet": "Mobile", "feature phone": "Mobile",
    "tablet": "Tablet", "tv": "TV", "console": "Console",
}  # fmt: skip
_SYSTEMS: Final = {"Mac": "macOS", "GNU/Linux": "Linux", "Chrome OS": "ChromeOS"}
_SEGMENT: Final = re.compile(r"(\w+)==(.*)")
# What a segment is about, as a dimension of ours.
_DIMENSIONS: Final[Mapping[str, str]] = {
    "pageUrl": "page",
    "entryPageUrl": "entry_page",
    "exitPageUrl": "exit_page",
    "countryCode": "country",
    "deviceType": "device",
    "browserCode": "browser",
    "browserName": "browser",
    "operatingSystemCode": "os",
    "languageCode": "language",
    "referrerName": "source",
    "eventName": "goal",
}
_LOST: Final = ("visitIp", "userId", "fingerprint", "goals", "latitude", "longitude", "provider")


def is_matomo(head: str) -> bool:
    """Tell whether the first line of a file is one of its tables'."""
    names = {name.strip('"') for name in head.lstrip("\ufeff").split(",")}
    return {"idVisit", "visitorId"} <= names or {"date", "nb_visits"} <= names


def read_matomo(source: Source, rules: SiteRules, notes: Notes, names: Pseudonyms) -> Records:
    """Yield events of a visits log, or the figures of a report."""
    sums = DailySums()
    with source.text() as text:
        for cells in table(source.path, text):
            notes.rows_read += 1
            if "idVisit" in cells.values:
                yield from _visit(cells, rules, notes, names)
            else:
                _report_row(cells, sums, notes)
    if sums.days():
        notes.remarks.append("pageviews are actions where a report has no nb_pageviews")
        yield from sums.records()


def _visit(cells: Cells, rules: SiteRules, notes: Notes, names: Pseudonyms) -> Records:
    _note_log(cells, notes)
    numbers = sorted(int(found[1]) for name in cells.values if (found := _ACTION.fullmatch(name)))
    is_first = True
    for number in numbers:
        prefix = f"actionDetails_{number}_"
        kind = cells[f"{prefix}type"]
        if not kind:
            continue
        try:
            said = _action(cells, prefix, kind, rules, names, is_first=is_first)
            yield Row(make_event(said, rules))
            is_first = False
        except LeftOutError as left_out:
            notes.leave_out(str(left_out))


def _note_log(cells: Cells, notes: Notes) -> None:
    notes.lose(*(name for name in _LOST if cells[name]))
    if not notes.mapped:
        notes.mapped += [
            "visitorId → visitor (hashed, for each day anew)",
            "actionDetails → pageviews, and custom events by their names",
            "referrerUrl, campaignName → referrer, source, channel, utm_campaign",
            "deviceType, browserName, operatingSystemName, languageCode, resolution → the same",
            "countryCode, regionCode, city → country, region, city",
        ]
        notes.lose("idVisit (sessions are found anew, by gaps of 30 minutes)")


def _action(
    cells: Cells,
    prefix: str,
    kind: str,
    rules: SiteRules,
    names: Pseudonyms,
    *,
    is_first: bool,
) -> Said:
    if kind not in (_PAGE, _EVENT):
        raise LeftOutError("actions that are neither pageviews nor events")
    name = PAGEVIEW if kind == _PAGE else cells[f"{prefix}eventAction"].strip()
    if not name:
        raise LeftOutError("custom events without a name")
    time = _time(cells, f"{prefix}timestamp")
    country = cells["countryCode"].upper()
    campaign = cells["campaignName"] or cells["referrerName"]
    is_campaign = cells["referrerType"] == "campaign"
    return Said(
        time=time,
        visitor=names.of_name(rules.site.day_at(time), cells["visitorId"]),
        url=cells[f"{prefix}url"],
        name=name,
        # The visit's referrer is that of its first action; the others came from the site itself.
        referrer=cells["referrerUrl"] if is_first and not is_campaign else "",
        campaign=(
            Campaign(source=scrubbed(campaign[:200]), campaign=scrubbed(campaign[:200]))
            if is_first and is_campaign
            else None
        ),
        device=_device(cells),
        country=country,
        region=region_code(country, cells["regionCode"].upper()),
        city=cells["city"],
        language=cells["languageCode"],
        screen_width=_width(cells["resolution"]),
    )


def _time(cells: Cells, column: str) -> datetime:
    text = cells[column].strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 11):
        raise cells.wrong(column, "seconds since 1970")
    return datetime.fromtimestamp(int(text), UTC)


def _device(cells: Cells) -> Device:
    system = cells["operatingSystemName"]
    return Device(
        device=_DEVICES.get(cells["deviceType"].lower(), "Other"),
        browser=cells["browserName"].removeprefix("Mobile ").strip(),
        browser_version=cells["browserVersion"].partition(".")[0],
        os=_SYSTEMS.get(system, system),
        os_version=cells["operatingSystemVersion"].partition(".")[0],
    )


def _width(text: str) -> float | None:
    width = text.partition("x")[0]
    return float(width) if width.isascii() and width.isdigit() and len(width) < 6 else None


def _report_row(cells: Cells, sums: DailySums, notes: Notes) -> None:
    day = _report_day(cells)
    if "label" not in cells.values:
        sums.add(day, "", "", **_figures(cells))
        return
    found = _SEGMENT.fullmatch(cells["metadata_segment"])
    dimension = _DIMENSIONS.get(found[1], "") if found else ""
    if found is None or not dimension:
        notes.leave_out("rows whose metadata_segment has no place here")
        return
    mapped = f"{found[1]} → {dimension}"
    if mapped not in notes.mapped:
        notes.mapped.append(mapped)
    figures = _figures(cells)
    if dimension == "page":
        figures["pageviews"] = figures["events"] = cells.whole("nb_hits")
    sums.add(day, dimension, _value(cells, dimension, unquote(found[2])), **figures)


def _report_day(cells: Cells) -> date:
    try:
        return day_of(cells["date"].strip())
    except ValueError as error:
        raise cells.wrong("date", "a day: export with period=day") from error


def _figures(cells: Cells) -> dict[str, int]:
    views = cells.whole("nb_pageviews") or cells.whole("nb_actions")
    return {
        "visitors": cells.whole("nb_uniq_visitors"),
        "sessions": cells.whole("nb_visits") or cells.whole("entry_nb_visits"),
        "pageviews": views,
        "events": views,
        "bounces": cells.whole("bounce_count"),
        "duration_s": cells.whole("sum_visit_length"),
    }


def _value(cells: Cells, dimension: str, text: str) -> str:
    """Return the value: a segment's where it is a code or an address, else what people read."""
    match dimension:
        case "page" | "entry_page" | "exit_page":
            return urlsplit(unquote(text)).path or "/"
        case "country":
            return text.upper() if len(text) == 2 and text != "xx" else ""
        case "device":
            return _DEVICES.get(text.lower(), "Other")
        case "language":
            return text.partition("-")[0].lower()
        case "os":
            return _SYSTEMS.get(cells["label"], cells["label"])
        case _:
            return cells["label"]
