"""Sites: what was saved comes back, and a site's days go one way."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema import Site, Store, UnknownSiteError, get_site, list_sites, save_site
from schema.sites import with_timezone

# Whole, half and quarter hours, both ends of the earth, and one that left out a day (Apia, 2011).
_ZONES = st.sampled_from(
    [
        "UTC",
        "Asia/Baku",
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kolkata",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "America/St_Johns",
        "Pacific/Apia",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
    ]
)
_INSTANTS = st.datetimes(
    min_value=datetime(2011, 12, 1),  # noqa: DTZ001 - the zone is the strategy's
    max_value=datetime(2035, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def test_a_site_comes_back_as_it_was_saved(store: Store) -> None:
    site = Site(
        name="shop.example",
        timezone="Asia/Baku",
        next_timezone="Europe/Berlin",
        next_from=date(2026, 3, 2),
        hostnames=("shop.example", "*"),
        small_number=7,
        signal="drop",
        excluded_networks=("192.0.2.0/24", "2001:db8::/32"),
        excluded_paths=("/admin/**",),
        rule_modes=("hosting=drop",),
        consent="strict",
    )
    save_site(store, site)
    assert get_site(store, "shop.example") == site


def test_the_newest_saving_counts_and_a_removed_site_is_gone(store: Store) -> None:
    for name in ("b.example", "a.example"):
        save_site(store, Site(name=name))
    save_site(store, Site(name="a.example", small_number=9))
    assert [(site.name, site.small_number) for site in list_sites(store)] == [
        ("a.example", 9),
        ("b.example", 5),
    ]
    save_site(store, Site(name="a.example"), removed=True)
    assert [site.name for site in list_sites(store)] == ["b.example"]
    with pytest.raises(UnknownSiteError, match=r"a\.example.*site add"):
        get_site(store, "a.example")


@pytest.mark.parametrize(
    ("zone", "instant", "day"),
    [
        # Berlin's clocks go forward on 29 March 2026: midnight is at 23:00, then at 22:00 UTC.
        ("Europe/Berlin", datetime(2026, 3, 28, 22, 59, tzinfo=UTC), date(2026, 3, 28)),
        ("Europe/Berlin", datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),
        ("Europe/Berlin", datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29)),
        ("Europe/Berlin", datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        # India is 5:30 ahead.
        ("Asia/Kolkata", datetime(2026, 3, 1, 18, 29, tzinfo=UTC), date(2026, 3, 1)),
        ("Asia/Kolkata", datetime(2026, 3, 1, 18, 30, tzinfo=UTC), date(2026, 3, 2)),
        ("Pacific/Kiritimati", datetime(2026, 3, 1, 10, 0, tzinfo=UTC), date(2026, 3, 2)),
    ],
)
def test_a_day_begins_at_local_midnight(zone: str, instant: datetime, day: date) -> None:
    assert Site(name="shop.example", timezone=zone).day_at(instant) == day


@given(_ZONES, _ZONES, _INSTANTS, st.lists(st.floats(0, 72), min_size=2, max_size=8))
def test_days_never_go_back_and_a_new_zone_counts_from_a_days_start(
    old: str, new: str, now: datetime, hours: list[float]
) -> None:
    before = Site(name="shop.example", timezone=old)
    after = with_timezone(before, new, now)
    instants = [now + timedelta(hours=h) for h in sorted(hours)]
    days = [after.day_at(instant) for instant in instants]
    assert days == sorted(days)
    assert after.day_at(now) == before.day_at(now)
    for instant, day in zip(instants, days, strict=True):
        if day == before.day_at(now):
            # The day it was changed on stays as it began.
            assert before.day_at(instant) == day
        else:
            assert day >= instant.astimezone(ZoneInfo(new)).date()
    assert after.day_at(now + timedelta(days=4)) == Site(name="x", timezone=new).day_at(
        now + timedelta(days=4)
    )


@given(st.lists(st.tuples(_ZONES, st.floats(0.01, 60)), min_size=1, max_size=6), _INSTANTS)
def test_days_never_go_back_however_often_the_zone_changes(
    changes: list[tuple[str, float]], now: datetime
) -> None:
    site, days = Site(name="shop.example", timezone="Pacific/Kiritimati"), []
    for zone, hours in changes:
        days.append(site.day_at(now))
        site = with_timezone(site, zone, now)
        days.append(site.day_at(now))
        now += timedelta(hours=hours)
    days.append(site.day_at(now))
    assert days == sorted(days)
