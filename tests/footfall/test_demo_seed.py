"""Demonstration seed: an empty store gets its month once, by the way every beacon goes."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from collector.event import Drop
from collector.journal.frames import Inserted
from collector.journal.reader import read_batch
from collector.writer.writer import Writer
from footfall.commands import Context
from footfall.config import Config
from footfall.demo import JOURNAL_SLOT, seed_demo
from footfall.housekeeper import close_days
from footfall.paths import DataPaths
from schema import Site, Store, get_site, save_site

# 16:00 in Baku.
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = date(2026, 11, 21)
DAYS, VISITORS = 4, 1_200


@pytest.fixture
def context(embedded_store: Store, tmp_path: Path) -> Context:
    return Context(embedded_store, DataPaths(tmp_path), Config(data=tmp_path, demo=True))


def _seed(context: Context) -> int:
    return seed_demo(context, now=NOW, days=DAYS, visitors=VISITORS)


def _drain(context: Context) -> Writer:
    writer = Writer(context.store, context.paths.journal, context.paths.checkpoint)
    while writer.step():
        pass
    return writer


def _journal(context: Context) -> list[Inserted]:
    batch = read_batch(context.paths.journal, {}, 1_000_000)
    assert batch is not None
    return batch.records


def test_every_record_is_a_row_or_a_counted_drop(context: Context) -> None:
    count = _seed(context)
    records = _journal(context)
    drops = [record for record in records if isinstance(record, Drop)]
    _drain(context)

    assert len(records) == count > 9_000
    assert context.store.value("SELECT count() FROM event_rows") == count - len(drops)
    rows = context.store.rows("SELECT reason, sum(count) FROM dropped GROUP BY reason")
    assert dict(rows) == {
        reason: sum(drop.reason == reason for drop in drops)
        for reason in ("bot", "spam", "hostname")
    }


def test_sessions_bounce_and_last_as_in_a_shop(context: Context) -> None:
    _seed(context)
    _drain(context)
    ((sessions, bounces, duration_s, pageviews),) = context.store.rows(
        "SELECT count(), avg(is_bounce), avg(duration_s), avg(pageviews) FROM sessions"
    )
    # The table of arrivals: its shares times its bounce rates give 0.41; with about 1,100 sessions
    # four standard deviations are 4 * sqrt(0.41 * 0.59 / 1100) = 0.059.  1,200 visitors, of whom a
    # seventh are still to come today and 3 % are nobody, with 1.12 sessions each: 1,117.
    assert 1_000 < sessions < 1_250
    assert bounces == pytest.approx(0.41, abs=0.06)
    # Bounces are one page of 25 s, the others 5.3 pages of 46 s: 0.41 * 1 + 0.59 * 5.3 = 3.5, and
    # 0.41 * 25 s + 0.59 * 5.3 * 46 s = 154 s; the long ones vary a lot.
    assert pageviews == pytest.approx(3.5, abs=0.5)
    assert duration_s == pytest.approx(154, abs=30)


def test_the_days_that_are_over_close_with_the_same_figures(context: Context) -> None:
    _seed(context)
    writer = _drain(context)
    assert writer.caught_up_at is not None

    closed = close_days(context, NOW)

    assert closed == [("shop.example", TODAY - timedelta(days=ago)) for ago in (3, 2, 1)]
    counted = "SELECT day, countIf(name = 'pageview') FROM event_rows WHERE day < {today:Date}"
    written = "SELECT day, sum(pageviews) FROM daily WHERE dimension = ''"
    assert context.store.rows(f"{written} GROUP BY day ORDER BY day") == context.store.rows(
        f"{counted} GROUP BY day ORDER BY day", {"today": TODAY}
    )
    # Villages seen by a handful stay folded.
    assert context.store.value("SELECT count() FROM daily WHERE dimension = 'city' AND value = ''")


def test_a_second_call_seeds_nothing(context: Context) -> None:
    assert _seed(context) > 0
    assert _seed(context) == 0
    _drain(context)
    assert _seed(context) == 0


def test_a_shop_with_events_of_its_own_keeps_them_alone(context: Context) -> None:
    _seed(context)
    _drain(context)
    elsewhere = DataPaths(context.paths.root / "elsewhere")
    assert _seed(Context(context.store, elsewhere, context.config)) == 0
    assert not (elsewhere.journal / JOURNAL_SLOT).exists()


def test_the_site_is_made_for_any_host_and_left_as_its_owner_has_it(context: Context) -> None:
    _seed(context)
    site = get_site(context.store, "shop.example")
    assert site == Site(
        name="shop.example", timezone="Asia/Baku", hostnames=("shop.example", "*"), small_number=5
    )
    changed = replace(site, small_number=10, hostnames=())
    save_site(context.store, changed)
    _seed(context)
    assert get_site(context.store, "shop.example") == changed


def test_days_are_those_of_the_sites_own_zone(context: Context) -> None:
    save_site(context.store, Site(name="shop.example", timezone="America/New_York"))
    _seed(context)
    _drain(context)
    strays = "SELECT count() FROM event_rows WHERE day != toDate(time, 'America/New_York')"
    assert context.store.value(strays) == 0


def test_a_whole_month_is_over_a_hundred_thousand_records(context: Context) -> None:
    began_s = time.monotonic()
    count = seed_demo(context, now=NOW)
    print(f"{count} records in {time.monotonic() - began_s:.1f} s")  # noqa: T201  # for people
    # 14,600 visitors: 55,000 pageviews, 60,000 engagements, 6,500 others, 6 % drops, about 129,000;
    # less what is to come today.
    assert 120_000 < count < 140_000
