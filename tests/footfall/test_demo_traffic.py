"""Demonstration traffic: believable, the same each time, and nothing the shop does not have."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import product
from random import Random
from zoneinfo import ZoneInfo

import pytest

from collector.event import Drop, Event
from collector.facts.device import device_of
from collector.rules.bot import bot_family
from examples.storefront import build
from footfall.demo.people import People
from footfall.demo.records import demo_records
from footfall.demo.rhythm import days_until
from footfall.demo.shop import load_shop
from footfall.demo.tables import read_facts
from schema import Site

BAKU = ZoneInfo("Asia/Baku")
SITE = Site(name="shop.example", timezone="Asia/Baku", hostnames=("shop.example", "*"))
# 22:30 on a Saturday in Baku; the sale was on the Wednesday ten days before.
NOW = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
SALE_DAY = date(2026, 11, 11)
DAYS, VISITORS = 12, 4_000


@cache
def _records() -> tuple[Event | Drop, ...]:
    return tuple(demo_records(SITE, load_shop(), NOW, days=DAYS, visitors=VISITORS))


@cache
def _events() -> tuple[Event, ...]:
    return tuple(record for record in _records() if isinstance(record, Event))


@cache
def _firsts() -> tuple[Event, ...]:
    """Return the first event of each visitor."""
    firsts: dict[int, Event] = {}
    for event in _events():
        if event.visitor:
            firsts.setdefault(event.visitor, event)
    return tuple(firsts.values())


def _share(values: list[str], value: str) -> float:
    return values.count(value) / len(values)


def test_the_same_now_gives_the_same_records() -> None:
    again = demo_records(SITE, load_shop(), NOW, days=DAYS, visitors=VISITORS)
    assert tuple(again) == _records()


def test_records_are_in_order_and_end_now() -> None:
    received = [record.received_at for record in _records()]
    assert received == sorted(received)
    assert NOW - timedelta(minutes=10) < received[-1] <= NOW
    assert all(event.time == event.received_at for event in _events())


def test_no_visitor_crosses_a_local_day() -> None:
    days: defaultdict[int, set[date]] = defaultdict(set)
    for event in _events():
        assert event.day == event.time.astimezone(BAKU).date()
        if event.visitor:
            days[event.visitor].add(event.day)
    assert {len(found) for found in days.values()} == {1}
    assert {day for found in days.values() for day in found} == {
        date(2026, 11, 21) - timedelta(days=ago) for ago in range(DAYS)
    }


def test_there_are_about_as_many_visitors_as_asked_for() -> None:
    # Of the last day, 2 hours of 24 (under a tenth of it) are still to come: 4,000 less about 30.
    # 3 % are nobody: 3,850 are left.
    assert 3_700 < len(_firsts()) < 3_950


@pytest.mark.parametrize(
    ("country", "share"), [("AZ", 0.746), ("TR", 0.076), ("RU", 0.048), ("GE", 0.027)]
)
def test_countries_have_the_shares_of_the_table(country: str, share: float) -> None:
    # Four standard deviations of a share of 3,850: 4 * sqrt(s * (1 - s) / 3850).
    leeway = 4 * (share * (1 - share) / 3_850) ** 0.5
    assert _share([event.country for event in _firsts()], country) == pytest.approx(
        share, abs=leeway
    )


def test_the_tables_of_places_and_agents_add_up_to_all() -> None:
    assert sum(Decimal(row[0]) for row in read_facts("places.tsv")) == 100
    shares: Counter[tuple[str, str]] = Counter()
    for share, source, kind, *_ in read_facts("agents.tsv"):
        shares[source, kind] += int(share)
    assert set(shares.values()) == {100}


def test_devices_are_phones_most_of_all() -> None:
    # By hand: apps bring 34 %, of which 96 % hold a phone; of the other 66 % it is 58.1 %:
    # 0.34 * 0.96 + 0.66 * 0.581 = 0.71; desktops 0.34 * 0.03 + 0.66 * 0.348 = 0.24. The sale, which
    # apps bring, fills a fifth of these twelve days: 0.06 more phones, as many fewer desktops.
    devices = [event.device for event in _firsts()]
    assert 0.68 < _share(devices, "Mobile") < 0.80
    assert 0.14 < _share(devices, "Desktop") < 0.27
    assert 0.01 < _share(devices, "Tablet") < 0.05


def test_every_agent_is_a_browser_of_the_class_its_row_says() -> None:
    for _, _, kind, _, _, _, user_agent in read_facts("agents.tsv"):
        assert device_of(user_agent).device == kind
        assert bot_family(user_agent) == ""


def test_every_arrival_comes_from_the_source_its_row_says() -> None:
    people, rng = People(), Random(1)
    for is_sale in (False, True):
        arrivals = {people.arrival(rng, is_sale=is_sale) for _ in range(5_000)}
        rows = [row for row in read_facts("arrivals.tsv") if (row[1] == "sale") == is_sale]
        assert len(arrivals) == len(rows)
        assert all(arrival.landed.source == arrival.source for arrival in arrivals)


def test_the_sale_day_has_twice_the_visitors_and_its_campaign() -> None:
    visitors = Counter(event.day for event in _firsts())
    # 1 + 1.35 on the day against 1 on the Wednesday after, which growth makes 5 % more and chance
    # up to 7 % of each other: 2.35 / 1.05 * (0.93 / 1.07) = 1.94 at the least.
    assert visitors[SALE_DAY] > 1.8 * visitors[SALE_DAY + timedelta(days=7)]
    campaign = [event for event in _firsts() if event.utm_campaign == "endirim-11-11"]
    assert {event.path for event in campaign} == {"/demo/endirim/11-11"}
    assert {event.source for event in campaign} == {"Instagram", "TikTok"}
    assert {event.channel for event in campaign} == {"Paid Social"}
    # 1.35 / 2.35 = 0.57 of the day's.
    assert 0.5 < sum(event.day == SALE_DAY for event in campaign) / visitors[SALE_DAY] < 0.65


def test_evenings_are_busier_than_mornings() -> None:
    hours = Counter(event.time.astimezone(BAKU).hour for event in _firsts())
    # The table of hours: 7.9 + 8.6 against 2.6 + 3.6, and 0.3 + 0.3.
    assert hours[20] + hours[21] > 2 * (hours[8] + hours[9]) > 4 * (hours[3] + hours[4])


def test_a_day_of_25_hours_has_all_of_them() -> None:
    (day,) = days_until(date(2026, 10, 25), ZoneInfo("Europe/Berlin"), 1, 100)
    assert day.begins_at == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert day.ends_at == datetime(2026, 10, 25, 23, tzinfo=UTC)


def test_every_page_and_product_is_in_the_shop() -> None:
    files = build.files(build.read_catalogue())
    missing = {event.path for event in _events() if event.name == "404"}
    for path in {event.path for event in _events()} - missing:
        below = path.removeprefix("/demo/")
        file = f"{below}index.html" if below.endswith("/") or not below else f"{below}.html"
        assert file in files, path
    assert missing
    for path in missing:
        assert f"{path.removeprefix('/demo/')}.html" not in files


def test_custom_events_carry_the_properties_of_the_catalogue() -> None:
    names = Counter(event.name for event in _events())
    wanted = {
        "Add to cart": {"product", "category"},
        "Checkout started": {"items"},
        "Purchase": {"items", "delivery", "payment"},
        "Search": {"results"},
        "WhatsApp opened": set(),
        "Newsletter joined": set(),
        "Message sent": {"subject"},
        "Outbound Link: Click": {"url"},
        "File Download": {"url"},
        "404": {"path"},
    }
    for event in _events():
        if event.name in wanted:
            assert set(event.props) == wanted[event.name]
    assert set(wanted) <= set(names)


def test_what_is_paid_is_the_sum_of_the_basket() -> None:
    prices = {each.name: each.price for each in load_shop().products}
    baskets: defaultdict[int, list[Decimal]] = defaultdict(list)
    checked = 0
    for event in _events():
        if event.visitor and event.name == "Add to cart":
            baskets[event.visitor].append(prices[event.props["product"]])
        if event.visitor and event.name == "Purchase":
            assert event.currency == "AZN"
            assert _is_sum(baskets[event.visitor], int(event.props["items"]), event.revenue)
            checked += 1
    assert checked > 20


def _is_sum(prices: list[Decimal], items: int, revenue: Decimal | None) -> bool:
    """Tell whether some pieces of each price make the revenue: 1 to 3 of what is in the basket.

    A basket filled on an earlier visit of the day may have been left: 0 of those.
    """
    return any(
        sum(pieces) == items
        and sum((n * price for n, price in zip(pieces, prices, strict=True)), Decimal(0)) == revenue
        for pieces in product(range(4), repeat=len(prices))
    )


def test_one_and_a_half_in_a_hundred_visitors_buy() -> None:
    buyers = {event.visitor for event in _events() if event.name == "Purchase"} - {0}
    # Four standard deviations: 4 * sqrt(0.015 * 0.985 / 3850) = 0.008.
    assert len(buyers) / len(_firsts()) == pytest.approx(0.015, abs=0.008)


def test_those_who_ask_not_to_be_tracked_are_counted_for_nobody() -> None:
    nobody = [event for event in _events() if event.visitor == 0]
    pageviews = sum(event.name == "pageview" for event in nobody)
    assert 0.015 < pageviews / sum(event.name == "pageview" for event in _events()) < 0.05
    assert not any(event.region or event.city or event.page_id for event in nobody)
    assert "engagement" not in {event.name for event in nobody}


def test_a_page_is_engaged_with_no_longer_than_it_was_open() -> None:
    opened: dict[int, datetime] = {}
    for event in _events():
        if event.name == "pageview" and event.page_id:
            opened[event.page_id] = event.time
        if event.name == "engagement":
            open_ms = (event.time - opened[event.page_id]) / timedelta(milliseconds=1)
            assert 0 < event.engaged_ms <= open_ms
            assert 0 < event.scroll_depth <= 100
            assert event.lcp_ms is None or 0 <= (event.fcp_ms or 0) <= event.lcp_ms


def test_short_pages_are_seen_whole_and_long_ones_skimmed() -> None:
    base = load_shop().base
    depths: dict[str, list[int]] = defaultdict(list)
    for event in _events():
        if event.name == "engagement" and event.lcp_ms is not None:
            depths[event.path].append(event.scroll_depth)
    mean = {path: sum(seen) / len(seen) for path, seen in depths.items()}
    # Triangular between 18 and 76 with 46 in the middle; between 32 and 122, cut at 100, with 92.
    assert mean[f"{base}/"] == pytest.approx(46.7, abs=4)
    assert mean[f"{base}/sebet"] == pytest.approx(80, abs=5)


def test_six_in_a_hundred_records_are_drops_with_their_reason() -> None:
    drops = [record for record in _records() if isinstance(record, Drop)]
    assert len(drops) / len(_records()) == pytest.approx(0.06, abs=0.001)
    reasons = Counter(drop.reason for drop in drops)
    # The table of drops: 81 bots, 9 spam, 10 hostnames in a hundred.
    assert set(reasons) == {"bot", "spam", "hostname"}
    assert reasons["bot"] / len(drops) == pytest.approx(0.81, abs=0.04)
    assert all(drop.detail for drop in drops)
