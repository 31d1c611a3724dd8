"""Import: a file comes in once and whole, or not at all, and goes again without a trace."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from collector.writer.event_rows import COLUMNS, columns
from footfall.errors import CommandError, UsageError
from privacy.audit_check import verify
from privacy.retention import run_retention
from schema import Store, StoreError
from schema.closing import close_day
from tests.build import SITE, a_site, an_event
from tests.exchange.bringing_in import Here, everything, here, site_figures, written, zipped
from tests.exchange.test_import_access_log import DAY, a_line
from tests.exchange.test_import_reports import PLAUSIBLE

NEW_YEAR = date(2026, 1, 1)


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Here:
    return here(store, tmp_path, timezone="Asia/Baku")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return written(tmp_path / "access.log", DAY)


def count_here(store: Store) -> None:
    """Put one pageview of our own on the day of the log, and close the day."""
    event = an_event(received_at=datetime(2026, 1, 1, 8, tzinfo=UTC), day=NEW_YEAR)
    store.insert("event_rows", COLUMNS, columns([(event, 99, True)]), by_column=True)
    close_day(store, a_site(timezone="Asia/Baku"), NEW_YEAR, datetime.now(UTC))


def test_a_dry_run_changes_nothing(shop: Here, store: Store, log: Path) -> None:
    report = shop.bring_in(log, dry_run=True)

    assert report["state"] == "dry run: nothing was imported"
    assert (report["events"], report["days"]) == (5, "2026-01-01")
    assert everything(store) == {"events": [], "sessions": [], "daily": []}
    assert shop.call("import_list") == []


def test_the_same_file_twice_changes_nothing(shop: Here, store: Store, log: Path) -> None:
    shop.bring_in(log)
    before = everything(store)

    again = shop.bring_in(log)

    assert again["state"] == "in already"
    assert everything(store) == before
    assert len(shop.call("import_list")) == 1


def test_an_undone_import_leaves_nothing_and_may_come_again(
    shop: Here, store: Store, log: Path
) -> None:
    imported = shop.bring_in(log)
    undone = shop.call("import_undo", import_id=imported["id"])

    assert undone["events"] == 5
    assert everything(store) == {"events": [], "sessions": [], "daily": []}
    assert store.value("SELECT count() FROM day_closes") == 0
    assert shop.bring_in(log)["state"] == "imported"
    assert site_figures(store) == {"2026-01-01": (2, 3, 5, 5, 2, 600)}


def test_undoing_leaves_what_was_counted_here_as_it_was(
    shop: Here, store: Store, log: Path
) -> None:
    count_here(store)
    before = everything(store)

    imported = shop.bring_in(log, merge=True)
    assert imported["days_merged"] == "2026-01-01"
    # One visitor, session, pageview and bounce of our own beside the log's.
    assert site_figures(store) == {"2026-01-01": (3, 4, 6, 6, 3, 600)}
    shop.call("import_undo", import_id=imported["id"])

    assert everything(store) == before


def test_days_that_have_figures_are_refused_unless_merged(
    shop: Here, store: Store, log: Path
) -> None:
    count_here(store)
    before = everything(store)

    with pytest.raises(CommandError, match=r"2026-01-01: there are figures of these days already"):
        shop.bring_in(log)

    assert everything(store) == before


def test_figures_never_replace_those_of_a_day_that_has_some(
    shop: Here, store: Store, tmp_path: Path
) -> None:
    count_here(store)

    report = shop.bring_in(zipped(tmp_path / "shop.zip", PLAUSIBLE), merge=True)

    assert report["days_left_out"] == "2026-01-01"
    assert site_figures(store) == {
        "2026-01-01": (1, 1, 1, 1, 1, 0),
        "2026-01-02": (3, 3, 3, 3, 3, 0),
    }


def test_a_day_whose_events_expired_takes_no_others(shop: Here, store: Store, log: Path) -> None:
    count_here(store)
    store.command("DELETE FROM event_rows WHERE true")

    with pytest.raises(CommandError, match="nothing of it can come in"):
        shop.bring_in(log, merge=True)

    assert site_figures(store) == {"2026-01-01": (1, 1, 1, 1, 1, 0)}


def test_of_two_imports_on_a_day_one_can_go_and_the_other_stays(
    shop: Here, store: Store, log: Path, tmp_path: Path
) -> None:
    first = shop.bring_in(log)
    alone = everything(store)
    other = written(tmp_path / "other.log", a_line("15:00:00", "/", address="198.51.100.2"))
    second = shop.bring_in(other, merge=True)

    shop.call("import_undo", import_id=second["id"])
    assert everything(store) == alone
    second = shop.bring_in(other, merge=True)
    shop.call("import_undo", import_id=first["id"])
    assert site_figures(store) == {"2026-01-01": (1, 1, 1, 1, 1, 0)}


def test_an_import_that_broke_off_is_begun_anew(shop: Here, store: Store, log: Path) -> None:
    stopped = _Stopping(shop, "import_finish", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        stopped.bring_in(log)
    assert [each["state"] for each in shop.call("import_list")] == ["started"]

    shop.bring_in(log)

    assert site_figures(store) == {"2026-01-01": (2, 3, 5, 5, 2, 600)}
    assert store.value("SELECT count() FROM event_rows") == 5


def test_an_import_that_the_store_refuses_leaves_nothing(
    shop: Here, store: Store, log: Path
) -> None:
    refusing = _Stopping(shop, "import_close", CommandError("the disk is full"))

    with pytest.raises(CommandError, match="the disk is full"):
        refusing.bring_in(log)

    assert everything(store) == {"events": [], "sessions": [], "daily": []}


def test_days_that_are_not_over_or_not_asked_for_are_left_out(
    shop: Here, store: Store, tmp_path: Path
) -> None:
    tomorrow = a_line("09:00:00", "/").replace("01/Jan/2026", "01/Jan/2096")
    log = written(tmp_path / "access.log", DAY.replace("01/Jan", "02/Jan") + DAY + tomorrow)

    report = shop.bring_in(log, since=date(2026, 1, 2))

    assert report["days"] == "2026-01-02"
    assert report["left_out"]["rows of days that are not over yet"] == 1
    assert report["left_out"]["rows of days that were not asked for"] == 5
    assert list(site_figures(store)) == ["2026-01-02"]


def test_imports_stand_in_the_audit_log(shop: Here, store: Store, log: Path) -> None:
    imported = shop.bring_in(log)
    shop.call("import_undo", import_id=imported["id"])

    rows = store.rows("SELECT actor, action, site, rows, detail FROM audit_rows ORDER BY at")
    detail = f"access-log {imported['id']}"
    assert rows == [
        ("cli", "import", SITE, 5, detail),
        ("cli", "import_undo", SITE, 5, detail),
    ]
    assert verify(store) == []


def test_an_unknown_import_cannot_be_undone(shop: Here) -> None:
    with pytest.raises(UsageError, match="no import 'ff' is in"):
        shop.call("import_undo", import_id="ff")


def test_nothing_outside_the_stage_is_read(shop: Here, log: Path) -> None:
    shop.bring_in(log)

    with pytest.raises((UsageError, CommandError, StoreError)):
        shop.call("import_rows", site=SITE, import_id="1", file="../../etc/hostname")


class _Stopping(Here):
    """A way to the store that stops at one command."""

    def __init__(self, way: Here, command: str, error: BaseException) -> None:
        self.config, self.context = way.config, way.context
        self._command, self._error = command, error

    def call(self, command: str, **arguments: object) -> object:
        if command == self._command:
            raise self._error
        return super().call(command, **arguments)


def test_a_day_that_has_lost_its_ids_takes_no_import(shop: Here, store: Store) -> None:
    """All its events are there, but its visitors could not be counted again."""
    count_here(store)
    now = datetime(2026, 1, 21, tzinfo=UTC)
    site = a_site(timezone="Asia/Baku", keep=("cities=10", "ids=10"))
    list(run_retention(store, [site], now))

    report = shop.call("import_survey", site=SITE, import_id="ff", days=["2026-01-01"])

    assert (report["open_days"], report["closed_days"]) == ([], ["2026-01-01"])
