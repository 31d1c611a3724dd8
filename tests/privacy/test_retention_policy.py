"""A site's policy says for how many days each class is kept; what is not said is as usual."""

from __future__ import annotations

from datetime import date

import pytest

from privacy.retention_policy import changed_keep, retention_of, shown_policy
from schema import Site


def test_what_a_site_does_not_say_is_as_usual() -> None:
    policy = retention_of(Site(name="shop.example"))
    assert shown_policy(policy) == [
        "cities=30", "ids=60", "events=180", "dropped=365", "consents=1095",
    ]  # fmt: skip


def test_a_site_says_more_than_the_installation() -> None:
    site = Site(name="shop.example", keep=("cities=7", "events=90"))
    assert shown_policy(retention_of(site, events_days=400)) == [
        "cities=7",
        "ids=60",
        "events=90",
        "dropped=365",
        "consents=1095",
    ]
    assert retention_of(Site(name="shop.example"), events_days=400).events == 400


def test_cities_and_ids_do_not_outlive_the_events_they_stand_on() -> None:
    policy = retention_of(Site(name="shop.example", keep=("cities=50", "events=20")))
    assert (policy.cities, policy.ids, policy.events) == (20, 20, 20)


def test_a_day_is_past_its_time_when_it_began_that_many_days_ago() -> None:
    policy = retention_of(Site(name="shop.example", keep=("cities=1", "ids=30")))
    # On the 21st yesterday began one day ago, and 22 October thirty.
    assert policy.until("cities", date(2026, 11, 21)) == date(2026, 11, 20)
    assert policy.until("ids", date(2026, 11, 21)) == date(2026, 10, 22)


def test_a_setting_takes_the_place_of_its_own_class_alone() -> None:
    kept = changed_keep(("cities=7", "events=90"), ("cities=14", "ids=21"))
    assert kept == ("cities=14", "ids=21", "events=90")
    assert changed_keep(kept, ("cities=default",)) == ("ids=21", "events=90")


@pytest.mark.parametrize("setting", ["cities", "city=3", "=3", "totals=10"])
def test_a_class_that_is_not_there_is_refused(setting: str) -> None:
    with pytest.raises(ValueError, match="CLASS is one of cities, ids, events, dropped, consents"):
        changed_keep((), (setting,))


@pytest.mark.parametrize("setting", ["cities=0", "cities=1826", "cities=-1", "cities=x", "cities="])
def test_days_that_cannot_be_are_refused(setting: str) -> None:
    with pytest.raises(ValueError, match="from 1 to 1825"):
        changed_keep((), (setting,))
