"""Periods: the days, the comparison and the steps of a view, in the site's zone."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.errors import ParameterError
from dashboard.figures.model import Period
from dashboard.figures.period import (
    PERIOD_KEYS,
    compared_with,
    is_partial,
    parse_period,
    step_of,
    steps,
)
from dashboard.figures.query import NEVER
from schema import Site
from tests.dashboard.build_rows import at

BAKU = Site(name="shop.example", timezone="Asia/Baku")
BERLIN = Site(name="shop.example", timezone="Europe/Berlin")
# Saturday, 14:20 in Baku.
NOW = at("2026-11-21 10:20")


def days(key: str, site: Site = BAKU, now: datetime = NOW) -> tuple[str, str]:
    period = parse_period(key, "", "", site, now)
    return period.since.isoformat(), period.until.isoformat()


@pytest.mark.parametrize(
    ("key", "since", "until"),
    [
        ("today", "2026-11-21", "2026-11-21"),
        ("yesterday", "2026-11-20", "2026-11-20"),
        ("7d", "2026-11-15", "2026-11-21"),
        ("28d", "2026-10-25", "2026-11-21"),
        ("30d", "2026-10-23", "2026-11-21"),
        ("91d", "2026-08-23", "2026-11-21"),
        ("month", "2026-11-01", "2026-11-21"),
        ("last_month", "2026-10-01", "2026-10-31"),
        ("12mo", "2025-12-01", "2026-11-21"),
        ("year", "2026-01-01", "2026-11-21"),
        ("", "2026-10-25", "2026-11-21"),
    ],
)
def test_each_key_means_these_days(key: str, since: str, until: str) -> None:
    assert days(key) == (since, until)


def test_today_is_the_sites_not_the_servers() -> None:
    assert days("today", now=at("2026-11-21 20:30")) == ("2026-11-22", "2026-11-22")


def test_chosen_days_end_today_at_the_latest() -> None:
    period = parse_period("custom", "2026-11-19", "2027-01-01", BAKU, NOW)
    assert period == Period("custom", date(2026, 11, 19), date(2026, 11, 21))


@pytest.mark.parametrize(
    ("key", "since", "until", "named"),
    [
        ("fortnight", "", "", "period"),
        ("custom", "", "2026-11-20", "from"),
        ("custom", "2026-11-20", "tomorrow", "until"),
        ("custom", "2026-11-20", "2026-11-19", "from"),
        ("custom", "2026-11-22", "2026-11-23", "from"),
        ("custom", "0001-01-01", "0001-01-02", "from"),
        ("custom", "2001-01-01", "2026-01-02", "from"),
    ],
)
def test_what_is_no_period_is_refused_by_name(key: str, since: str, until: str, named: str) -> None:
    with pytest.raises(ParameterError) as refused:
        parse_period(key, since, until, BAKU, NOW)
    assert refused.value.parameter == named


def test_the_same_number_of_days_before_up_to_the_same_hour() -> None:
    period = parse_period("28d", "", "", BAKU, NOW)
    compared = compared_with(period, "", BAKU, NOW)
    assert compared is not None
    assert compared.period == Period("previous", date(2026, 9, 27), date(2026, 10, 24))
    assert compared.before == at("2026-10-24 10:20")  # 14:20 in Baku


def test_a_period_that_is_over_is_compared_with_whole_days() -> None:
    period = parse_period("yesterday", "", "", BAKU, NOW)
    compared = compared_with(period, "previous", BAKU, NOW)
    assert compared is not None
    assert (compared.period.since, compared.before) == (date(2026, 11, 19), NEVER)


def test_the_same_days_a_year_before() -> None:
    leap = parse_period("custom", "2024-02-28", "2024-02-29", BAKU, NOW)
    compared = compared_with(leap, "year", BAKU, NOW)
    assert compared is not None
    assert compared.period == Period("year", date(2023, 2, 28), date(2023, 2, 28))


def test_nothing_to_compare_and_no_such_comparison() -> None:
    period = parse_period("7d", "", "", BAKU, NOW)
    assert compared_with(period, "none", BAKU, NOW) is None
    with pytest.raises(ParameterError) as refused:
        compared_with(period, "decade", BAKU, NOW)
    assert refused.value.parameter == "compare"


def test_a_day_has_the_hours_that_its_clock_shows() -> None:
    spring = parse_period("custom", "2026-03-29", "2026-03-29", BERLIN, NOW)
    autumn = parse_period("custom", "2026-10-25", "2026-10-25", BERLIN, NOW)
    assert len(steps(spring, "hour", BERLIN)) == 23
    assert len(steps(autumn, "hour", BERLIN)) == 25
    assert [step.starts_at.hour for step in steps(spring, "hour", BERLIN)][:4] == [0, 1, 3, 4]


def test_a_year_goes_by_months_and_no_month_is_left_out() -> None:
    period = parse_period("12mo", "", "", BAKU, NOW)
    assert step_of(period) == "month"
    months = [step.starts_at.date().isoformat()[:7] for step in steps(period, "month", BAKU)]
    assert months[0] == "2025-12"
    assert months[-1] == "2026-11"
    assert len(months) == 12


@given(
    st.sampled_from([key for key in PERIOD_KEYS if key != "custom"]),
    st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["UTC", "Asia/Baku", "America/Sao_Paulo", "Asia/Kolkata", "Africa/Cairo"]),
)
def test_steps_follow_each_other_and_fill_the_period(key: str, now: datetime, zone: str) -> None:
    site = Site(name="shop.example", timezone=zone)
    period = parse_period(key, "", "", site, now)
    found = steps(period, step_of(period), site)
    assert all(one.ends_at == two.starts_at for one, two in itertools.pairwise(found))
    assert all(step.starts_at < step.ends_at for step in found)
    assert found[0].starts_at.date() == period.since
    assert (found[-1].ends_at - timedelta(microseconds=1)).date() >= period.until
    assert is_partial(period, site, now) == (found[-1].ends_at > now)
    compared = compared_with(period, "previous", site, now)
    assert compared is not None
    assert compared.period.until < period.since or key in ("12mo", "year")
