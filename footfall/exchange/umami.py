"""Umami: the events of its export, the file `website_event.csv`.

Columns as the export of Umami 2 and of its cloud has them, looked up in 2026-11.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from collector.event import PAGEVIEW
from collector.facts.campaign import Campaign
from collector.facts.device import Device
from collector.facts.scrub import scrubbed
from collector.rules.site import SiteRules
from footfall.exchange.making import LeftOutError, Said, make_event, region_code
from footfall.exchange.pseudonyms import Pseudonyms
from footfall.exchange.records import Notes, Records, Row
from footfall.exchange.source import Cells, Source, table

NEEDED: Final = ("session_id", "url_path", "event_type", "created_at")

_PAGEVIEW, _CUSTOM = "1", "2"
_DEVICES: Final = {
    "desktop": "Desktop",
    "laptop": "Desktop",
    "mobile": "Mobile",
    "tablet": "Tablet",
}
# What the detection library that it uses calls browsers.
_BROWSERS: Final = {
    "chrome": "Chrome", "crios": "Chrome", "chromium-webview": "Android WebView",
    "edge": "Edge", "edge-chromium": "Edge", "edge-ios": "Edge",
    "firefox": "Firefox", "fxios": "Firefox", "safari": "Safari", "ios": "Safari",
    "ios-webview": "iOS WebView", "samsung": "Samsung Internet", "opera": "Opera",
    "opera-mini": "Opera Mini", "yandexbrowser": "Yandex Browser", "miui": "MIUI Browser",
    "ie": "Internet Explorer", "facebook": "Facebook", "instagram": "Instagram",
    "android": "Android",
}  # fmt: skip
_SYSTEMS: Final = {"Mac OS": "macOS", "Android OS": "Android", "Chrome OS": "ChromeOS"}
_TAGS: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
_LOST: Final = (
    "page_title", "tag", "distinct_id", "gclid", "fbclid", "msclkid", "ttclid", "li_fat_id",
    "twclid",
)  # fmt: skip


def read_umami(source: Source, rules: SiteRules, notes: Notes, names: Pseudonyms) -> Records:
    """Yield pageviews and custom events."""
    notes.mapped += [
        "session_id → visitor (hashed, for each day anew)",
        "created_at → time",
        "hostname, url_path, url_query → hostname, path, campaign",
        "referrer_domain, referrer_path → referrer, source, channel",
        "browser, os, device, screen, language → the same",
        "country, region or subdivision1, city → country, region, city",
        "event_name → name",
    ]
    notes.lose("visit_id (sessions are found anew, by gaps of 30 minutes)")
    with source.text() as text:
        for cells in table(source.path, text, NEEDED):
            notes.rows_read += 1
            notes.lose(*(name for name in _LOST if cells[name]))
            try:
                yield Row(make_event(_said(cells, rules, names), rules))
            except LeftOutError as left_out:
                notes.leave_out(str(left_out))


def _said(cells: Cells, rules: SiteRules, names: Pseudonyms) -> Said:
    if cells["event_type"] not in (_PAGEVIEW, _CUSTOM):
        raise LeftOutError("rows that are neither pageviews nor custom events")
    name = PAGEVIEW if cells["event_type"] == _PAGEVIEW else cells["event_name"].strip()
    if not name:
        raise LeftOutError("custom events without a name")
    time = _time(cells)
    country = cells["country"].upper()
    host, path = cells["referrer_domain"], cells["referrer_path"]
    return Said(
        time=time,
        visitor=names.of_name(rules.site.day_at(time), cells["session_id"]),
        url=f"{cells['url_path'] or '/'}",
        hostname=cells["hostname"],
        name=name,
        referrer=f"{host}/{path.lstrip('/')}" if host else "",
        campaign=Campaign(*(scrubbed(cells[tag][:200]) for tag in _TAGS)),
        device=_device(cells),
        country=country,
        region=region_code(country, cells["region"] or cells["subdivision1"]),
        city=cells["city"],
        language=cells["language"],
        screen_width=_width(cells["screen"]),
    )


def _time(cells: Cells) -> datetime:
    try:
        time = datetime.fromisoformat(cells["created_at"].strip())
    except ValueError as error:
        raise cells.wrong("created_at", "a time such as 2026-01-31 09:30:00") from error
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time


def _device(cells: Cells) -> Device:
    browser, system = cells["browser"], cells["os"]
    family = next((name for name in _SYSTEMS if system.startswith(name)), "")
    windows = system.startswith("Windows ")
    return Device(
        device=_DEVICES.get(cells["device"].lower(), "Other"),
        browser=_BROWSERS.get(browser.lower(), browser.title()),
        os=_SYSTEMS.get(family, "Windows" if windows else system),
        os_version=system.removeprefix("Windows ") if windows else "",
    )


def _width(text: str) -> float | None:
    width = text.partition("x")[0]
    return float(width) if width.isascii() and width.isdigit() and len(width) < 6 else None
