"""Exports of events: what Umami, GoatCounter and Matomo's visits log hold comes in as events."""

from __future__ import annotations

from pathlib import Path

import pytest

from footfall.errors import CommandError
from schema import Store
from tests.exchange.bringing_in import Here, here, site_figures, written


@pytest.fixture
def shop(embedded_store: Store, tmp_path: Path) -> Here:
    return here(embedded_store, tmp_path)


UMAMI = (
    "website_id,session_id,visit_id,event_id,hostname,browser,os,device,screen,language,country,"
    "region,city,url_path,url_query,utm_source,utm_medium,utm_campaign,utm_content,utm_term,"
    "referrer_path,referrer_query,referrer_domain,page_title,event_type,event_name,created_at\n"
    "w,s1,v1,e1,shop.example,edge-chromium,Windows 10,laptop,1536x864,az-AZ,AZ,BA,Baku,/,,,,,,,"
    "/search,q=shoes,www.google.com,Home,1,,2026-01-01 10:00:00\n"
    "w,s1,v1,e2,shop.example,edge-chromium,Windows 10,laptop,1536x864,az-AZ,AZ,BA,Baku,/cart,,,,,,"
    ",,,,Cart,1,,2026-01-01 10:02:00\n"
    "w,s1,v1,e3,shop.example,edge-chromium,Windows 10,laptop,1536x864,az-AZ,AZ,BA,Baku,/cart,,,,,,"
    ",,,,Cart,2,Order,2026-01-01 10:03:00\n"
    "w,s2,v2,e4,shop.example,ios,iOS,mobile,390x844,en-US,TR,,,/sale,,spring,email,sale,,,,,,Sale,"
    "1,,2026-01-02 09:00:00\n"
    "w,s2,v2,e5,shop.example,ios,iOS,mobile,390x844,en-US,TR,,,/sale,,,,,,,,,,Sale,9,,"
    "2026-01-02 09:00:00\n"
)


def test_umami_events_come_in(shop: Here, embedded_store: Store, tmp_path: Path) -> None:
    report = shop.bring_in(written(tmp_path / "website_event.csv", UMAMI))

    assert report["format"] == "umami"
    # The order is an event beside two pageviews, 180 s in all; the second day is one bounce.
    assert site_figures(embedded_store) == {
        "2026-01-01": (1, 1, 2, 3, 0, 180),
        "2026-01-02": (1, 1, 1, 1, 1, 0),
    }
    assert report["left_out"] == {"rows that are neither pageviews nor custom events": 1}
    assert "page_title" in report["not_carried_over"]
    rows = embedded_store.rows(
        "SELECT name, path, source, channel, browser, os, os_version, device, screen, country,"
        " language, utm_campaign FROM events ORDER BY time"
    )
    edge = ("Edge", "Windows", "10", "Desktop", "1440+", "AZ", "az", "")
    assert rows == [
        ("pageview", "/", "Google", "Organic Search", *edge),
        ("pageview", "/cart", "", "Direct", *edge),
        ("Order", "/cart", "", "Direct", *edge),
        (
            *("pageview", "/sale", "spring", "Email"),
            *("Safari", "iOS", "", "Mobile", "<576", "TR", "en", "sale"),
        ),
    ]
    region = embedded_store.rows("SELECT DISTINCT region, city FROM event_rows ORDER BY region")
    assert region == [("", ""), ("AZ-BA", "Baku")]


def test_a_wrong_time_is_named_by_line_and_column(
    shop: Here, embedded_store: Store, tmp_path: Path
) -> None:
    broken = UMAMI.replace("2026-01-01 10:03:00", "yesterday")

    with pytest.raises(
        CommandError,
        match=r"line 4, column 'created_at': expected a time such as .*; nothing was imported",
    ):
        shop.bring_in(written(tmp_path / "website_event.csv", broken))

    assert embedded_store.value("SELECT count() FROM event_rows") == 0


def test_a_row_with_too_few_columns_is_named(shop: Here, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="line 7: expected 27 columns and found 2"):
        shop.bring_in(written(tmp_path / "website_event.csv", UMAMI + "w,s3\n"))


GOATCOUNTER = """\
2Path,Title,Event,UserAgent,Browser,System,Session,Bot,Referrer,Referrer scheme,Screen size,\
Location,FirstVisit,Date
/,Home,false,,Chrome 142,Windows 10,aa,0,www.google.com/search,h,"1440,900,1",AZ-BA,true,\
2026-01-01T10:00:00Z
/shoes,Shoes,false,,Chrome 142,Windows 10,aa,0,,,"1440,900,1",AZ-BA,false,2026-01-01T10:01:30Z
download,Price list,true,,Chrome 142,Windows 10,aa,0,,,"1440,900,1",AZ-BA,true,\
2026-01-01T10:02:00Z
/,Home,false,,Safari 18.1,iOS 18.1,bb,0,Spring letter,c,"390,844,3",DE,true,2026-01-01T12:00:00Z
/,Home,false,,Firefox,Linux,cc,1,,,"1280,720,1",DE,true,2026-01-01T12:00:00Z
/,Home,false,,Firefox,Linux,,0,,,,DE,true,2026-01-01T12:30:00Z
"""


def test_goatcounter_hits_come_in(shop: Here, embedded_store: Store, tmp_path: Path) -> None:
    report = shop.bring_in(written(tmp_path / "goatcounter.csv", GOATCOUNTER))

    assert report["format"] == "goatcounter"
    # A hit without a session is counted for nobody: a pageview more, and no visitor.
    assert site_figures(embedded_store) == {"2026-01-01": (2, 2, 4, 5, 1, 120)}
    assert report["left_out"] == {"bots": 1}
    rows = embedded_store.rows(
        "SELECT name, path, source, browser, browser_version, os, device, visitor != 0"
        " FROM events ORDER BY time"
    )
    assert rows == [
        ("pageview", "/", "Google", "Chrome", "142", "Windows", "Desktop", True),
        ("pageview", "/shoes", "", "Chrome", "142", "Windows", "Desktop", True),
        ("download", "/", "", "Chrome", "142", "Windows", "Desktop", True),
        ("pageview", "/", "Spring letter", "Safari", "18", "iOS", "Mobile", True),
        ("pageview", "/", "", "Firefox", "", "Linux", "Other", False),
    ]


MATOMO_LOG = (
    "idSite,idVisit,visitIp,visitorId,referrerType,referrerName,referrerUrl,deviceType,browserName,"
    "browserVersion,operatingSystemName,operatingSystemVersion,languageCode,resolution,countryCode,"
    "regionCode,city,actionDetails_0_type,actionDetails_0_url,actionDetails_0_timestamp,"
    "actionDetails_1_type,actionDetails_1_url,actionDetails_1_timestamp,"
    "actionDetails_1_eventAction\n"
    "1,7,203.0.113.7,abc,search,Google,https://www.google.com/search?q=x,Desktop,Chrome,142.0,"
    "Windows,10,az-az,1920x1080,az,ba,Baku,action,https://shop.example/?q=1,1767261600,"
    "event,https://shop.example/,1767261660,Order\n"
    "1,8,203.0.113.8,def,campaign,spring,,Smartphone,Mobile Safari,18.0,iOS,18.0,en,390x844,tr,,,"
    "action,https://shop.example/sale,1767265200,,,,\n"
)


def test_matomos_visits_log_comes_in_without_its_addresses(
    shop: Here, embedded_store: Store, tmp_path: Path
) -> None:
    report = shop.bring_in(written(tmp_path / "visits.csv", MATOMO_LOG))

    assert report["format"] == "matomo"
    assert "visitIp" in report["not_carried_over"]
    assert site_figures(embedded_store) == {"2026-01-01": (2, 2, 2, 3, 1, 60)}
    rows = embedded_store.rows(
        "SELECT name, path, source, device, browser FROM events ORDER BY time"
    )
    assert rows == [
        ("pageview", "/", "Google", "Desktop", "Chrome"),
        ("Order", "/", "", "Desktop", "Chrome"),
        ("pageview", "/sale", "spring", "Mobile", "Safari"),
    ]
    assert "203.0.113" not in str(embedded_store.rows("SELECT * FROM event_rows"))


def test_a_file_of_no_known_kind_asks_for_its_name(shop: Here, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="its kind cannot be told; name it with --format"):
        shop.bring_in(written(tmp_path / "notes.txt", "hello\n"))
