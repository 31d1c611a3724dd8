"""Retention runs by itself, by command beside a running server, and tells what it did."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from subprocess import CalledProcessError

import pytest

from footfall.commands import Context
from footfall.config import Config
from footfall.housekeeper import close_days, retention_jobs
from footfall.paths import DataPaths
from privacy.retention import list_reports
from schema import Site, Store, save_site
from tests.dashboard.build_rows import SITE, event_row, insert_rows
from tests.installation import Installation, footfall, installation, wait_until

CLASSES = {"cities", "ids", "events", "totals", "dropped", "consents"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Run an installation that had its site before it started, and so something to look after."""
    data = tmp_path_factory.mktemp("retention") / "data"
    assert footfall("site", "add", SITE, "--data", str(data)).returncode == 0
    with installation(data) as running:
        yield running


def test_the_server_runs_it_at_its_start_and_a_command_lists_it(running: Installation) -> None:
    wait_until(lambda: {row["class"] for row in running.command("retention", "report")} >= CLASSES)
    report = running.command("retention", "report")
    assert {(row["found"], row["found_after"], row["state"]) for row in report} == {(0, 0, "done")}


def test_a_command_runs_it_while_the_server_runs(running: Installation) -> None:
    dry = running.command("retention", "run", "--dry-run", "--site", SITE)
    wet = running.command("retention", "run")
    assert {row["class"] for row in dry} == {row["class"] for row in wet} == CLASSES
    assert {row["state"] for row in dry} == {"counted"}
    assert {row["state"] for row in wet} == {"done"}


def test_a_policy_is_set_and_shown(running: Installation) -> None:
    changed = running.command("site", "set", SITE, "--keep", "cities=7", "--keep", "events=90")
    assert changed["keep"] == ["cities=7", "ids=60", "events=90", "dropped=365", "consents=1095"]
    assert running.command("site", "show", SITE)["keep"] == changed["keep"]
    back = running.command("site", "set", SITE, "--keep", "cities=default")
    assert back["keep"] == ["cities=30", "ids=60", "events=90", "dropped=365", "consents=1095"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("site", "set", SITE, "--keep", "city=3"), "CLASS is one of cities, ids"),
        (("site", "set", SITE, "--keep", "ids=0"), "from 1 to 1825"),
        (("retention", "run", "--site", "none.example"), "footfall site list"),
        (("retention", "report", "--site", "none.example"), "footfall site list"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    running: Installation, arguments: tuple[str, ...], expected: str
) -> None:
    done = footfall(*arguments, "--data", str(running.data))
    assert done.returncode == 2
    assert expected in done.stderr
    assert done.stderr.count("\n") == 1
    with pytest.raises(CalledProcessError):
        running.command(*arguments)


def test_the_default_for_events_is_a_setting(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    footfall("site", "add", SITE, *data)
    shown = footfall("site", "show", SITE, "--json", *data, FOOTFALL_RETENTION_DAYS="400")
    assert json.loads(shown.stdout)["keep"] == [
        "cities=30",
        "ids=60",
        "events=400",
        "dropped=365",
        "consents=1095",
    ]
    wrong = footfall("site", "show", SITE, *data, FOOTFALL_RETENTION_DAYS="0")
    assert wrong.returncode == 2
    assert "FOOTFALL_RETENTION_DAYS='0': expected a whole number of days from 1 to 1825" in (
        wrong.stderr
    )


def test_the_job_waits_for_days_to_close_and_runs_once_a_day(
    embedded_store: Store, tmp_path: Path
) -> None:
    """A removed site's rows go as well."""
    context = Context(embedded_store, DataPaths(tmp_path), Config(data=tmp_path))
    save_site(embedded_store, Site(name=SITE), removed=True)
    insert_rows(embedded_store, [event_row(datetime(2026, 1, 5, 12, tzinfo=UTC), starts=True)])
    [job, _] = retention_jobs(context)

    job.run()
    left = {report.kind: report.found_after for report in list_reports(embedded_store, SITE)}
    # One event, with ids; its session.
    assert left == {"cities": 0, "ids": 2, "events": 1, "totals": 0, "dropped": 0, "consents": 0}

    assert close_days(context, datetime.now(UTC)) == [(SITE, date(2026, 1, 5))]
    [job, _] = retention_jobs(context)  # not within the hour by the one that found it open
    job.run()
    assert embedded_store.value("SELECT count() FROM event_rows") == 0
    runs = len(list_reports(embedded_store, SITE))
    job.run()
    assert len(list_reports(embedded_store, SITE)) == runs == 12
    purges = "SELECT actor, rows FROM audit_rows WHERE action = 'purge' ORDER BY at"
    assert embedded_store.rows(purges)[0] == ("system", 0)
