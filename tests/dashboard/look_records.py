"""Look records: believable figures of a perfume shop, for tests of how pages look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from collector.beacon.scripts import FEATURES, consent_script_names, snippet_names
from dashboard.figures.model import (
    DetailsPage,
    DroppedPage,
    Filter,
    LeftOut,
    Live,
    LivePath,
    Metric,
    Overview,
    Panel,
    Period,
    Point,
    Reason,
    Row,
    Series,
    Viewer,
)
from dashboard.rendering.links import Links
from dashboard.rendering.render import render
from dashboard.settings import Credit, DashboardSettings
from dashboard.views.start import start_page
from schema import Site

BAKU = ZoneInfo("Asia/Baku")
NOW = datetime(2026, 11, 21, 14, 20, 8, tzinfo=BAKU)
SINCE, UNTIL = date(2026, 10, 25), date(2026, 11, 21)
TOTAL = 27_748
LONG_PATH = "/hediyye/yeni-il-desti-uc-etir-3x10-ml-qutuda-ve-lentle"

VIEWER = Viewer(email="leyla@shop.example", role="owner", csrf="csrf-of-this-session")
SITES = ["outlet.shop.example", "shop.example"]
NOT_WHOLESALE = Filter("page", "contains_not", ("/topdan",), ("/topdan",))

DAYS = [
    (812, 742), (824, 758), (846, 771), (861, 790), (903, 822), (972, 889), (981, 902),
    (874, 771), (851, 762), (872, 784), (899, 801), (948, 836), (1014, 905), (1022, 918),
    (938, 790), (1012, 781), (1243, 806), (1912, 818), (1338, 859), (1127, 931), (1104, 936),
    (961, 801), (921, 797), (934, 812), (962, 835), (1008, 866), (1061, 928), (548, 471),
]  # fmt: skip

PAGES = [
    ("/", 11_204, 38.0, 0.52), ("/qadin-etirleri", 6_318, 72.0, 0.61),
    ("/endirim/11-11", 5_927, 106.0, 0.74), ("/kisi-etirleri", 4_846, 64.0, 0.58),
    ("/etir/qara-nar-50-ml", 3_172, 111.0, 0.69),
    ("/etir/xari-bulbul-edp-100-ml", 2_604, 103.0, 0.66),
    (LONG_PATH, 2_288, 125.0, 0.71), ("/sebet", 1_931, 54.0, 0.88),
    ("/catdirilma", 1_204, None, None),
]  # fmt: skip
SOURCES = [
    ("Google", 8_942), ("", 7_218), ("Instagram", 5_104), ("TikTok", 2_206), ("WhatsApp", 1_162),
    ("Facebook", 742), ("Yandex", 518), ("Telegram", 346), ("tap.az", 168),
]  # fmt: skip
COUNTRIES = [
    ("AZ", 20_694), ("TR", 2_118), ("RU", 1_322), ("GE", 742), ("KZ", 381), ("DE", 264),
    ("UA", 231), ("AE", 198), ("UZ", 152), ("IR", 140), ("PL", 44), ("SG", 31), ("US", 28),
    ("IQ", 22), ("GB", 18), ("RO", 9), ("BG", 7), ("GR", 4),
]  # fmt: skip
CITIES = [
    ("Baku", 15_012, "Azerbaijan"), ("Sumqayit", 1_604, "Azerbaijan"),
    ("Ganja", 1_127, "Azerbaijan"),
    ("Istanbul", 902, "Türkiye"), ("Moscow", 511, "Russia"), ("Mingachevir", 402, "Azerbaijan"),
    ("Tbilisi", 388, "Georgia"), ("Lankaran", 297, "Azerbaijan"),
]  # fmt: skip
BROWSERS = [
    ("Chrome Mobile", 10_018), ("Mobile Safari", 5_236), ("Chrome", 4_610),
    ("Samsung Internet", 2_281), ("Instagram", 1_874), ("Yandex Browser", 902), ("Edge", 811),
]  # fmt: skip
MINUTES = [
    5, 4, 6, 7, 5, 6, 8, 7, 6, 9, 8, 10, 9, 8, 11, 10, 9, 12, 11, 10, 13, 12, 11, 10, 12, 14, 13,
    12, 15, 6,
]  # fmt: skip


def a_row(value: str, visitors: int, label: str = "", **more: Any) -> Row:
    """Return a row with its share of the view."""
    return Row(value, label or value, visitors, visitors / TOTAL, **more)


def other_row(visitors: int = 94) -> Row:
    """Return the row of folded values."""
    return replace(a_row("", visitors, "Other (fewer than 5 visitors)"), is_other=True)


def a_panel(name: str, **changes: Any) -> Panel:
    """Return one of the page's panels as it is on a good day."""
    return replace(_PANELS[name], **changes)


_PANELS = {
    "pages": Panel(
        "pages", "top", ("top", "entry", "exit"), "page", ("engaged_s", "scroll"),
        [a_row(p, n, extra={"engaged_s": e, "scroll": s}) for p, n, e, s in PAGES], 214,
    ),
    "sources": Panel(
        "sources", "sources", ("sources", "channels", "campaigns"), "source", ("bounce_rate",),
        [a_row(s, n, s or "Direct / None", extra={"bounce_rate": 0.4}) for s, n in SOURCES], 46,
    ),
    "countries": Panel(
        "countries", "countries", ("countries",), "country", (),
        [a_row(code, n) for code, n in COUNTRIES], 18,
    ),
    "places": Panel(
        "places", "cities", ("cities", "regions"), "city", (),
        [*(a_row(f"X/{c}", n, c, context=k) for c, n, k in CITIES), other_row()], 31,
        folded_below=5,
    ),
    "devices": Panel(
        "devices", "browsers", ("browsers", "systems", "screens"), "browser", (),
        [a_row(b, n) for b, n in BROWSERS], 19,
    ),
    "device_split": Panel(
        "device_split", "device_split", (), "device", (),
        [a_row("Mobile", 19_812), a_row("Desktop", 6_715), a_row("Tablet", 860),
         a_row("TV", 361)], 4,
    ),
}  # fmt: skip


def a_series() -> Series:
    """Return 28 days, the last one not over."""
    points = []
    for index, (now, before) in enumerate(DAYS):
        day = datetime(2026, 10, 25, tzinfo=BAKU) + timedelta(days=index)
        points.append(
            Point(day, _day(now), day - timedelta(days=28), _day(before), is_partial=index == 27)
        )
    return Series("day", points)


def _day(visitors: int) -> dict[str, float | None]:
    return {
        "visitors": visitors,
        "sessions": visitors + 180,
        "pageviews": visitors * 4,
        "bounce_rate": 0.4 + (visitors % 10) / 100,
        "duration_s": 150.0 + visitors % 37,
    }


def an_overview(**changes: Any) -> Overview:
    """Return a whole page; each argument replaces a field."""
    page = Overview(
        site="shop.example",
        timezone="Asia/Baku",
        now=NOW,
        period=Period("28d", SINCE, UNTIL),
        comparison=Period("custom", date(2026, 9, 27), date(2026, 10, 24)),
        filters=(NOT_WHOLESALE,),
        metrics=[
            Metric("visitors", TOTAL, 22_882),
            Metric("sessions", 32_931, 27_024),
            Metric("pageviews", 122_306, 97_827),
            Metric("bounce_rate", 0.413, 0.434),
            Metric("duration_s", 166.0, 174.0),
        ],
        series=a_series(),
        panels=dict(_PANELS),
        live=a_live(),
        nobody_pageviews=3_127,
        left_out=a_left_out(),
    )
    return replace(page, **changes)


def a_left_out(**changes: Any) -> LeftOut:
    """Return four reasons, and a rule on trial."""
    bots = [("Googlebot", 5_002), ("AhrefsBot", 3_212)]
    counts = [
        ("bot", 8_214, bots),
        ("hostname", 649, [("copy-of-shop.example", 649)]),
        ("spam", 333, [("best-seo-offer.example", 333)]),
        ("objection", 96, []),
    ]
    reasons = [Reason(name, n, n / 9_292, samples) for name, n, samples in counts]
    found = LeftOut(9_292, reasons, [Reason("hosting", 12, None, [("Example Cloud", 12)])])
    return replace(found, **changes)


def dropped_html() -> str:
    """Return the rendered page of what was not counted."""
    page = DroppedPage(
        site="shop.example",
        timezone="Asia/Baku",
        period=Period("28d", SINCE, UNTIL),
        filters=(NOT_WHOLESALE,),
        left_out=a_left_out(),
        days=[(SINCE, 8_000, 1_000), (UNTIL, 214, 78)],
    )
    links = Links(site_name="shop.example", filters=page.filters)
    return render("dropped.html", page=page, viewer=VIEWER, links=links)


def a_live(**changes: Any) -> Live:
    """Return 23 visitors on six pages."""
    paths = [
        ("/", 6), ("/qadin-etirleri", 5), ("/etir/qara-nar-50-ml", 4), ("/sebet", 3),
        ("/kisi-etirleri", 3), ("/odenis", 2),
    ]  # fmt: skip
    live = Live(23, [LivePath(path, count) for path, count in paths], MINUTES, NOW)
    return replace(live, **changes)


def links_of(page: Overview | DetailsPage, **changes: Any) -> Links:
    """Return the addresses of a page's view."""
    return replace(Links(site_name=page.site, filters=page.filters), **changes)


CREDITS = (Credit("IP Geolocation by DB-IP", "https://db-ip.com"),)


def overview_html(page: Overview | None = None, **links: Any) -> str:
    """Return the rendered page."""
    page = page or an_overview()
    return render(
        "overview.html",
        page=page,
        viewer=VIEWER,
        sites=SITES,
        links=links_of(page, **links),
        credits=CREDITS,
    )


def a_details_page(**changes: Any) -> DetailsPage:
    """Return the first of nine pages of all pages."""
    page = DetailsPage(
        site="shop.example",
        timezone="Asia/Baku",
        now=NOW,
        period=Period("28d", SINCE, UNTIL),
        filters=(NOT_WHOLESALE,),
        panel=a_panel("pages"),
        search="",
        sort="visitors",
        descending=True,
        page=1,
        page_total=9,
    )
    return replace(page, **changes)


def details_html(page: DetailsPage | None = None) -> str:
    """Return the rendered page of all rows."""
    page = page or a_details_page()
    return render("details.html", page=page, viewer=VIEWER, links=links_of(page))


SETTINGS = DashboardSettings(
    data=Path("unused"),
    collector_url="https://stats.shop.example",
    features=FEATURES,
    script_names=snippet_names,
    consent_names=consent_script_names,
)


def login_html(error: str = "", tries_left: int | None = None, email: str = "") -> str:
    """Return the rendered login."""
    return render("login.html", error=error, tries_left=tries_left, email=email, csrf="c", next="/")


def start_html(chosen: Sequence[str] = (), since: date | None = None) -> str:
    """Return the rendered page of a new site."""
    page = start_page(SETTINGS, Site(name="shop.example"), chosen, since)
    return render("start.html", page=page, viewer=VIEWER, links=Links(site_name="shop.example"))


def every_page() -> dict[str, str]:
    """Return each page and each state a page can be in, by a name for it."""
    both = (NOT_WHOLESALE, Filter("device", "is", ("TV",), ("TV",)))
    return {
        "overview": overview_html(),
        "one-day": overview_html(a_day()),
        "no-match": overview_html(nothing(filters=both)),
        "empty": overview_html(nothing(filters=(), comparison=None)),
        "too-few": overview_html(replace(nothing(filters=both), hidden_below=5)),
        "panel-error": overview_html(broken()),
        "page-error": overview_html(
            replace(
                nothing(filters=()),
                metrics=[],
                series=Series("day", []),
                error="The store took longer than 10 s.",
            )
        ),
        "details": details_html(),
        "details-none": details_html(
            a_details_page(
                panel=a_panel("pages", rows=[], row_total=0), search="qizil", page_total=1
            )
        ),
        "dropped": dropped_html(),
        "login": login_html(),
        "login-error": login_html("Email and password do not match.", 4, "leyla@shop.example"),
        "password": render("password.html", csrf="c", error="", one_time=True),
        "password-error": render(
            "password.html", csrf="c", error="The two are not the same.", one_time=False
        ),
        "start": start_html(),
        "start-counted": start_html(["vitals"], SINCE),
        "error": render(
            "error.html", status=404, title="No such page", text="Nothing is kept at this address."
        ),
    }


def nothing(**changes: Any) -> Overview:
    """Return a page without a single visitor."""
    panels = {name: replace(p, rows=[], row_total=0, folded_below=0) for name, p in _PANELS.items()}
    metrics = [Metric(m.name, 0 if m.name != "bounce_rate" else None, None) for m in _metrics()]
    none: dict[str, float | None] = {**dict.fromkeys(_day(0), 0), "bounce_rate": None}
    points = [replace(point, values=none, previous=none) for point in a_series().points]
    live = a_live(visitors=0, paths=[], pageviews_per_minute=[0] * 30)
    series = Series("day", points)
    return an_overview(panels=panels, metrics=metrics, series=series, live=live, **changes)


def broken() -> Overview:
    """Return a page on which one panel could not be read."""
    text = "The store took longer than 10 s. Counting goes on; nothing is lost."
    panels = {**_PANELS, "sources": a_panel("sources", rows=[], error=text)}
    return an_overview(panels=panels)


def a_day() -> Overview:
    """Return today by the hour: known up to now, unknown after."""
    points = []
    for hour in range(24):
        at = datetime(2026, 11, 21, hour, tzinfo=BAKU)
        known = _day(20 + hour * 3) if hour <= NOW.hour else dict.fromkeys(_day(0))
        points.append(Point(at, known, at - timedelta(days=1), _day(18 + hour * 3), hour == 14))
    today = NOW.date()
    return an_overview(
        period=Period("today", today, today),
        comparison=Period("custom", today - timedelta(days=1), today - timedelta(days=1)),
        series=Series("hour", points),
        filters=(),
    )


def _metrics() -> list[Metric]:
    return an_overview().metrics
