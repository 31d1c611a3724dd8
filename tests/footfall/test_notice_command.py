"""Promise: a change of what a notice says is announced before its day, made on it by itself, and on
record; what collects or keeps more is not changed unannounced unless that is said.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collector.rules.published import PublishedRules, SiteNotice
from footfall.announced import make_announced
from footfall.commands import Context, run_command
from footfall.config import Config
from footfall.errors import CommandError, UsageError
from footfall.notices import NoticeBook
from footfall.paths import DataPaths
from privacy.audit_search import Search, search_audit
from schema import Site, Store, get_site, save_site
from tests.dashboard.build_rows import SITE, event_row, insert_rows

DAY = timedelta(days=1)


@pytest.fixture
def context(embedded_store: Store, tmp_path: Path) -> Context:
    config = Config(data=tmp_path, privacy_contact="Shop LLC")
    paths = DataPaths(tmp_path)
    save_site(embedded_store, Site(name=SITE, timezone="Asia/Baku", consent="consent"))
    context = Context(embedded_store, paths, config, NoticeBook(config, paths))
    context.publish()
    return context


def in_days(days: int) -> date:
    """Return a day of the site's, from its today."""
    return Site(name=SITE, timezone="Asia/Baku").day_at(datetime.now(UTC)) + timedelta(days=days)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 8, tzinfo=UTC)


def announce(context: Context, days: int, *changes: str) -> dict[str, Any]:
    arguments = {"name": SITE, "starts_on": in_days(days).isoformat(), "changes": list(changes)}
    found: dict[str, Any] = run_command(context, "notice_announce", arguments)
    return found


def published(context: Context) -> SiteNotice:
    rules = PublishedRules(context.paths.rules).current(0)
    assert rules is not None
    return rules.notices[SITE]


def listed(context: Context, what: str) -> list[dict[str, Any]]:
    rows = run_command(context, "notice_list", {"name": SITE})
    return [row for row in rows if row["what"] == what]


def test_a_change_is_told_from_its_announcement_on_and_made_on_its_day(context: Context) -> None:
    plan = announce(context, 30, "retention.cities=60", "consent=strict", "controller=New Ltd")
    assert "New: Cities: 60\u00a0days" in plan["told"]
    assert "No longer: Cities: 30\u00a0days" in plan["told"]
    [planned] = published(context).planned
    assert (planned.starts_on, planned.site.consent) == (in_days(30), "strict")
    assert (planned.controller, published(context).controller) == ("New Ltd", "Shop LLC")
    text = run_command(context, "notice_show", {"name": SITE, "language": "tr"})["markdown"]
    assert "Yeni: Şehirler: 60\u00a0gün" in text

    assert make_announced(context, noon(in_days(29))) == []
    assert get_site(context.store, SITE).consent == "consent"
    made = make_announced(context, noon(in_days(30)))
    assert [each.id for each in made] == [plan["id"]]
    site = get_site(context.store, SITE)
    assert (site.keep, site.consent) == (("cities=60",), "strict")
    assert (published(context).controller, published(context).planned) == ("New Ltd", ())
    assert make_announced(context, noon(in_days(31))) == []
    assert [row["id"] for row in listed(context, "in force")] == [plan["id"]]
    [made_record] = [
        record
        for record in search_audit(context.store, Search(action="setting"), limit=9).records
        if record.actor == "system"
    ]
    assert made_record.detail == f"notice {plan['id']}: consent, controller, retention.cities"


def test_later_changes_stand_on_those_before_them(context: Context) -> None:
    announce(context, 20, "retention.cities=60")
    announce(context, 10, "retention.cities=45")
    told = announce(context, 30, "retention.cities=90")["told"]
    assert told == ["New: Cities: 90\u00a0days", "No longer: Cities: 60\u00a0days"]
    assert [each.site.keep for each in published(context).planned] == [
        ("cities=45",),
        ("cities=60",),
        ("cities=90",),
    ]


def test_a_cancelled_change_is_not_made_and_stays_on_record(context: Context) -> None:
    plan = announce(context, 10, "retention.events=90")
    run_command(context, "notice_cancel", {"id": plan["id"]})
    assert published(context).planned == ()
    assert make_announced(context, noon(in_days(10))) == []
    assert get_site(context.store, SITE).keep == ()
    assert [row["says"] for row in listed(context, "cancelled")] == ["retention.events=90"]
    with pytest.raises(CommandError, match="no announced change has the id"):
        run_command(context, "notice_cancel", {"id": plan["id"]})


def test_a_change_that_was_cut_off_is_made_once_more_and_changes_nothing_else(
    context: Context,
) -> None:
    announce(context, 10, "retention.events=90")
    # As far as it came.
    save_site(context.store, Site(name=SITE, timezone="Asia/Baku", keep=("events=90",)))
    assert len(make_announced(context, noon(in_days(10)))) == 1
    assert get_site(context.store, SITE).keep == ("events=90",)


def test_changes_of_a_removed_site_end_with_it(context: Context) -> None:
    announce(context, 10, "retention.events=90")
    run_command(context, "site_remove", {"name": SITE})
    assert make_announced(context, noon(in_days(1))) == []
    run_command(context, "site_add", {"name": SITE})
    assert len(listed(context, "cancelled")) == 1


@pytest.mark.parametrize(
    ("days", "changes", "expected"),
    [
        (0, ["consent=strict"], "a day after"),
        (9, ["consent=always"], "one of cookieless, consent, strict"),
        (9, ["retention.shoes=9"], "CLASS is one of cities"),
        (9, ["retention.cities=0"], "from 1 to 1825"),
        (9, ["small_number=1"], "expected 2 to 1000"),
        (9, ["colour=red"], "expected retention.CLASS=DAYS"),
        (9, ["consent=consent"], "nothing would change"),
    ],
)
def test_what_cannot_be_announced_is_refused(
    context: Context, days: int, changes: list[str], expected: str
) -> None:
    with pytest.raises(UsageError, match=expected):
        announce(context, days, *changes)
    assert listed(context, "announced") == []


def test_more_is_not_kept_unannounced_of_visitors_that_there_are(context: Context) -> None:
    longer = {"name": SITE, "keep": ["cities=60"]}
    # Nobody came yet whom it could be announced to.
    run_command(context, "site_set", longer)
    run_command(context, "site_set", {"name": SITE, "keep": ["cities=30"]})
    insert_rows(context.store, [event_row(datetime.now(UTC))])
    with pytest.raises(CommandError, match="cities for 60 days instead of 30") as refused:
        run_command(context, "site_set", longer)
    assert "--now" in str(refused.value)
    assert get_site(context.store, SITE).keep == ("cities=30",)
    run_command(context, "site_set", {"name": SITE, "keep": ["cities=7"]})
    run_command(context, "site_set", longer | {"now": True})
    assert get_site(context.store, SITE).keep == ("cities=60",)


def test_a_consent_is_asked_for_again_when_more_is_kept_and_not_when_less_is(
    context: Context,
) -> None:
    assert published(context).covered_since is None
    run_command(context, "site_set", {"name": SITE, "keep": ["cities=7"]})
    assert published(context).covered_since is None
    before = datetime.now(UTC)
    run_command(context, "site_set", {"name": SITE, "keep": ["cities=60"]})
    since = published(context).covered_since
    assert since is not None
    assert before <= since <= datetime.now(UTC)
    assert [row["says"] for row in listed(context, "wording")].count("consents to it hold") == 1
    # A restart forgets nothing.
    again = Context(
        context.store, context.paths, context.config, NoticeBook(context.config, context.paths)
    )
    again.publish()
    assert published(again).covered_since == since


def test_a_wording_is_kept_though_nobody_read_it(context: Context) -> None:
    run_command(context, "site_set", {"name": SITE, "keep": ["cities=7"]})
    run_command(context, "site_set", {"name": SITE, "keep": ["cities=8"]})
    texts = [
        run_command(context, "notice_show", {"name": SITE, "version": row["id"]})["markdown"]
        for row in listed(context, "wording")
    ]
    said = sorted(line for text in texts for line in text.splitlines() if "Cities:" in line)
    assert said == ["* Cities: 30\u00a0days", "* Cities: 7\u00a0days", "* Cities: 8\u00a0days"]


def test_a_lone_command_leaves_what_collectors_were_told(context: Context) -> None:
    announce(context, 10, "retention.events=90")
    lone = Context(context.store, context.paths, Config(data=context.paths.root))
    run_command(lone, "site_set", {"name": SITE, "hostnames": ["www.shop.example"]})
    assert published(context).controller == "Shop LLC"
    assert len(published(context).planned) == 1


def test_what_cannot_be_read_stops_no_rule_and_doctor_tells(context: Context) -> None:
    announce(context, 10, "retention.events=90")
    context.paths.plans.write_bytes(b"{")
    run_command(context, "site_set", {"name": SITE, "hostnames": ["www.shop.example"]})
    rules = PublishedRules(context.paths.rules).current(0)
    assert rules is not None
    assert rules.sites[SITE].hostnames == ("www.shop.example",)
    # Visitors go on reading what they were told.
    assert len(rules.notices[SITE].planned) == 1
    found = {each["subject"]: each for each in run_command(context, "doctor", {})}
    assert found["notices"]["state"] == "bad"
    assert "notice-plans.json cannot be read" in found["notices"]["text"]
