"""Reports: what has no events comes in as the figures of closed days."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from footfall.errors import CommandError
from schema import Store
from schema.closing import days_to_close
from tests.build import a_site
from tests.exchange.bringing_in import Here, by_value, here, site_figures, written, zipped


@pytest.fixture
def shop(embedded_store: Store, tmp_path: Path) -> Here:
    return here(embedded_store, tmp_path)


SPAN = "20260101_20260102"
VISITS = "visitors,visits,visit_duration,bounces,pageviews"
PLAUSIBLE = {
    f"imported_visitors_{SPAN}.csv": (
        '"date","visitors","pageviews","bounces","visits","visit_duration"\n'
        '"2026-01-01",10,30,4,12,900\n"2026-01-02",3,3,3,3,0\n'
    ),
    f"imported_sources_{SPAN}.csv": (
        "date,source,referrer,utm_source,utm_medium,utm_campaign,utm_content,utm_term,pageviews,"
        "visitors,visits,visit_duration,bounces\n"
        "2026-01-01,Google,www.google.com/,,,,,,20,6,7,700,2\n"
        "2026-01-01,Google,,google,cpc,spring,,,4,1,2,100,1\n"
        "2026-01-01,,,,,,,,6,3,3,100,1\n"
        "2026-01-02,,,,,,,,3,3,3,0,3\n"
    ),
    f"imported_pages_{SPAN}.csv": (
        "date,hostname,page,visits,visitors,pageviews\n"
        "2026-01-01,shop.example,/,9,8,20\n2026-01-01,shop.example,/cart,4,4,10\n"
    ),
    f"imported_custom_events_{SPAN}.csv": (
        "date,name,link_url,path,visitors,events\n"
        "2026-01-01,Order,,,2,3\n2026-01-01,engagement,,,9,40\n"
    ),
    f"imported_locations_{SPAN}.csv": (
        f"date,country,region,city,{VISITS}\n"
        "2026-01-01,AZ,AZ-BA,587084,6,7,500,2,18\n2026-01-01,AZ,AZ-GA,586523,2,2,100,1,6\n"
    ),
    f"imported_devices_{SPAN}.csv": (
        f"date,device,{VISITS}\n2026-01-01,Laptop,5,6,450,2,15\n2026-01-01,Mobile,5,6,450,2,15\n"
    ),
    f"imported_custom_props_{SPAN}.csv": "date,property,value,visitors\n",
}


def test_plausibles_archive_comes_in_as_daily_figures(
    shop: Here, embedded_store: Store, tmp_path: Path
) -> None:
    report = shop.bring_in(zipped(tmp_path / "shop.zip", PLAUSIBLE))

    assert report["format"] == "plausible"
    # Three orders beside thirty pageviews.
    assert site_figures(embedded_store) == {
        "2026-01-01": (10, 12, 30, 33, 4, 900),
        "2026-01-02": (3, 3, 3, 3, 3, 0),
    }
    day = "2026-01-01"
    assert by_value(embedded_store, "source", day, "visitors") == {"": 3, "Google": 7}
    assert by_value(embedded_store, "channel", day, "sessions") == {
        "Direct": 3,
        "Organic Search": 7,
        "Paid Search": 2,
    }
    assert by_value(embedded_store, "utm_campaign", day, "pageviews") == {"": 26, "spring": 4}
    assert by_value(embedded_store, "page", day, "pageviews") == {"/": 20, "/cart": 10}
    assert by_value(embedded_store, "goal", day, "events") == {"Order": 3}
    assert by_value(embedded_store, "device", day, "visitors") == {"Desktop": 5, "Mobile": 5}
    assert f"imported_custom_props_{SPAN}.csv" in report["not_carried_over"]


def test_small_regions_of_imported_figures_are_hidden(
    shop: Here, embedded_store: Store, tmp_path: Path
) -> None:
    shop.bring_in(zipped(tmp_path / "shop.zip", PLAUSIBLE))

    # Ganja had two visitors, fewer than five.
    assert by_value(embedded_store, "region", "2026-01-01", "visitors") == {"": 2, "AZ-BA": 6}
    assert by_value(embedded_store, "country", "2026-01-01", "visitors") == {"AZ": 8}


def test_a_day_of_figures_is_closed_and_stays_so(
    shop: Here, embedded_store: Store, tmp_path: Path
) -> None:
    shop.bring_in(zipped(tmp_path / "shop.zip", PLAUSIBLE))

    assert days_to_close(embedded_store, a_site(), datetime(2026, 6, 1, tzinfo=UTC)) == []
    closed = embedded_store.run(
        "dashboard.queries",
        "closed_days",
        site="shop.example",
        since=date(2026, 1, 1),
        until=date(2026, 1, 31),
    )
    assert closed == [(date(2026, 1, 1), 1, 0), (date(2026, 1, 2), 1, 0)]


def test_a_wrong_number_in_a_table_is_named(
    shop: Here, embedded_store: Store, tmp_path: Path
) -> None:
    name = f"imported_visitors_{SPAN}.csv"
    broken = PLAUSIBLE | {name: PLAUSIBLE[name].replace(",10,30,", ",10,many,")}

    with pytest.raises(
        CommandError, match="line 2, column 'pageviews': expected a whole number from 0"
    ):
        shop.bring_in(zipped(tmp_path / "shop.zip", broken))

    assert embedded_store.value("SELECT count() FROM daily_rows") == 0


CHANNELS = """\
# ----------------------------------------
# Traffic acquisition: Session primary channel group (Default Channel Group)
# Account: Shop
# ----------------------------------------
#
# Start date: 20260101
# End date: 20260102
Date,Session primary channel group (Default channel group),Sessions,Engaged sessions,\
Average session duration,Views,Total users,Event count
20260101,Direct,10,6,30.5,25,8,90
20260101,Organic Search,4,4,60,10,4,30
20260102,Direct,2,1,0,2,2,9
"""
COUNTRIES = """\
# Start date: 20260101
# End date: 20260102
Nth day,Country,Active users,Sessions,Views
0000,Azerbaijan,9,10,30
0000,Türkiye,2,4,5
0001,(not set),2,2,2

# Events
# Start date: 20260101
# End date: 20260102
Date,Event name,Event count,Total users
20260101,page_view,35,12
20260101,purchase,3,2
"""


def test_reports_of_google_analytics_come_in_together(
    shop: Here, embedded_store: Store, tmp_path: Path
) -> None:
    report = shop.bring_in(
        written(tmp_path / "channels.csv", CHANNELS), written(tmp_path / "countries.csv", COUNTRIES)
    )

    assert report["format"] == "ga4"
    # 14 sessions of 10 x 30.5 and 4 x 60 seconds; 4 of them did not engage.
    assert site_figures(embedded_store) == {
        "2026-01-01": (12, 14, 35, 35, 4, 545),
        "2026-01-02": (2, 2, 2, 2, 1, 0),
    }
    assert by_value(embedded_store, "country", "2026-01-01", "visitors") == {"AZ": 9, "TR": 2}
    assert by_value(embedded_store, "goal", "2026-01-01", "events") == {"purchase": 3}
    assert report["remarks"] == ["the site's own figures of some days are the sum over channel"]
    assert report["left_out"] == {"events that their script sends by itself": 1}


def test_a_report_of_a_whole_month_is_refused(shop: Here, tmp_path: Path) -> None:
    month = "# Start date: 20260101\n# End date: 20260131\nCountry,Total users\nAzerbaijan,9\n"

    with pytest.raises(CommandError, match="line 3: expected a column Date or Nth day"):
        shop.bring_in(written(tmp_path / "month.csv", month))


MATOMO_SITE = """\
date,nb_uniq_visitors,nb_users,nb_visits,nb_actions,nb_pageviews,sum_visit_length,bounce_count
2026-01-01,10,0,12,40,30,900,4
"""
MATOMO_PAGES = (
    "date,label,nb_visits,nb_uniq_visitors,nb_hits,sum_time_spent,bounce_count,metadata_segment\n"
    "2026-01-01,/cart,4,4,10,120,1,pageUrl==https%253A%252F%252Fshop.example%252Fcart\n"
    "2026-01-01,/,9,8,20,300,3,pageUrl==https%253A%252F%252Fshop.example%252F\n"
    "2026-01-01,Books,1,1,1,1,0,\n"
)


def test_matomos_reports_of_days_come_in_together(
    shop: Here, embedded_store: Store, tmp_path: Path
) -> None:
    utf16 = tmp_path / "site.csv"
    utf16.write_bytes(MATOMO_SITE.encode("utf-16"))
    report = shop.bring_in(utf16, written(tmp_path / "pages.csv", MATOMO_PAGES))

    assert report["format"] == "matomo"
    assert site_figures(embedded_store) == {"2026-01-01": (10, 12, 30, 30, 4, 900)}
    assert by_value(embedded_store, "page", "2026-01-01", "pageviews") == {"/": 20, "/cart": 10}
    assert report["left_out"] == {"rows whose metadata_segment has no place here": 1}
