"""A hold ends by itself after its last day, once, and what is past its time does not come back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from footfall.commands import Context
from footfall.config import Config
from footfall.housekeeper import retention_jobs
from footfall.paths import DataPaths
from privacy.holds import list_holds, new_hold
from privacy.records import Hold
from privacy.retention import list_reports
from privacy.scope import Scope
from privacy.selection import Selection
from schema import Site, Store, save_site
from tests.privacy.shop import SITE, Shop, a_view

# In Kiritimati, 14 hours ahead, a day begins while it is still the day before in UTC.
AHEAD = Site(name=SITE, timezone="Pacific/Kiritimati", keep=("events=10", "ids=9", "cities=2"))


def a_shop(store: Store, data: Path, now: datetime) -> Shop:
    """Return a site with a row of today, one of five days ago and one of ten."""
    save_site(store, AHEAD)
    shop, at, today = Shop(store, data), now - timedelta(hours=1), AHEAD.day_at(now)
    shop.take(
        *(
            a_view(0, 1, f"/{age}", day=today - timedelta(days=age), time=at, received_at=at)
            for age in (0, 5, 10)
        )
    )
    return shop


def a_hold(now: datetime, last_day: date) -> Hold:
    """Return a hold on all of it that began nine days ago."""
    today = AHEAD.day_at(now)
    return new_hold(
        scope=Scope(SITE, now, selection=Selection(today - timedelta(days=20), today)),
        kind="legal",
        reason="court order 7",
        ends_on=last_day,
        owner="u1",
        asked_by="u1",
        today=today - timedelta(days=9),
    )


def run_job(context: Context) -> None:
    """Run the job in a process that starts anew, twice."""
    [_, job] = retention_jobs(context)
    job.run()
    job.run()


def test_the_job_ends_a_hold_when_the_sites_day_after_its_last_begins(
    embedded_store: Store, tmp_path: Path
) -> None:
    """Two holds are on the same rows: the one that ends leaves them to the other."""
    context = Context(embedded_store, DataPaths(tmp_path), Config(data=tmp_path))
    now = datetime.now(UTC)
    today = AHEAD.day_at(now)
    shop = a_shop(embedded_store, tmp_path, now)
    goes_on, is_over = a_hold(now, today), a_hold(now, today - timedelta(days=1))
    shop.take(goes_on, is_over)
    run_job(context)
    shop.catch_up()

    assert len(shop.paths("held_rows")) == 3
    left = {hold.id: hold.released_at is None for hold in list_holds(embedded_store)}
    assert left == {goes_on.id: True, is_over.id: False}


def test_what_the_job_ends_is_done_once_and_reported(embedded_store: Store, tmp_path: Path) -> None:
    """Events are kept 10 days here and cities 2, so that one is gone and one has no city."""
    context = Context(embedded_store, DataPaths(tmp_path), Config(data=tmp_path))
    now = datetime.now(UTC)
    shop = a_shop(embedded_store, tmp_path, now)
    hold = a_hold(now, AHEAD.day_at(now) - timedelta(days=1))
    shop.take(hold)
    run_job(context)
    run_job(context)
    shop.catch_up()

    rows = embedded_store.rows("SELECT path, city FROM event_rows ORDER BY path")
    assert rows == [("/0", "Baku"), ("/5", "")]
    assert shop.paths("held_rows") == []
    [report] = list_reports(embedded_store, SITE)
    assert (report.kind, report.found, report.removed, report.found_after) == ("holds", 3, 1, 0)
    noted = embedded_store.rows(
        "SELECT actor, rows, purpose, detail FROM audit_rows WHERE action = 'release'"
    )
    assert noted == [
        ("system", 3, "its end has come", f"{hold.id}: 2 back, 1 past their time")
    ]  # fmt: skip
