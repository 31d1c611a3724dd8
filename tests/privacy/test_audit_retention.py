"""Audit retention: what is older than its time goes, and the rest still holds together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from privacy.audit import AuditLog
from privacy.audit_check import verify_signed
from privacy.audit_retention import expire_audit
from privacy.checkpoints import CheckpointLog
from schema import Store
from tests.dashboard.build_rows import a_store

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAYS = 90


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with a_store(tmp_path / "db") as opened:
        yield opened


def a_log(store: Store, *days_ago: int) -> AuditLog:
    """Return a log with one record for each of these days; they are in one chain."""
    moments = [NOW - timedelta(days=days) for days in days_ago]
    log = AuditLog(store, clock=iter([moments[0], *moments, NOW]).__next__)
    for days in days_ago:
        log.record(actor="cli", action="view", rows=days)
    return log


def kept(store: Store) -> list[int]:
    return [days for (days,) in store.rows("SELECT rows FROM audit_rows ORDER BY rows")]


def test_only_what_is_older_goes_and_the_log_still_holds(store: Store, tmp_path: Path) -> None:
    a_log(store, 200, 190)
    a_log(store, 100, 95, 91, 89, 80)
    log = a_log(store, 2, 1)

    assert expire_audit(store, tmp_path, log, DAYS, NOW) == 5

    assert kept(store) == [1, 2, 5, 80, 89]  # the note that 5 are gone is one record itself
    assert verify_signed(store, tmp_path) == []
    assert expire_audit(store, tmp_path, AuditLog(store), DAYS, NOW) == 0
    assert verify_signed(store, tmp_path) == []


def test_what_was_removed_cannot_come_back_and_what_remains_cannot_go(
    store: Store, tmp_path: Path
) -> None:
    log = a_log(store, 100, 91, 89, 80)
    store.command("CREATE TABLE old AS audit_rows")
    store.command("INSERT INTO old SELECT * FROM audit_rows WHERE number = 1")
    expire_audit(store, tmp_path, log, DAYS, NOW)
    store.command("INSERT INTO audit_rows SELECT * FROM old")
    back = verify_signed(store, tmp_path)
    store.command("ALTER TABLE audit_rows DELETE WHERE number <= 3 SETTINGS mutations_sync = 2")
    cut = verify_signed(store, tmp_path)
    store.command("DROP TABLE old")

    assert [(link.number, link.reason) for link in back] == [
        (1, "it was removed, and is there again")
    ]
    assert [(link.number, link.reason) for link in cut] == [(4, "follows number 2")]


def test_a_removal_that_was_cut_short_is_done_the_next_time(store: Store, tmp_path: Path) -> None:
    log = a_log(store, 100, 91, 89)
    store.command("CREATE TABLE before AS audit_rows")
    store.command("INSERT INTO before SELECT * FROM audit_rows WHERE number = 1")
    expire_audit(store, tmp_path, log, DAYS, NOW)
    store.command("INSERT INTO audit_rows SELECT * FROM before")
    store.command("DROP TABLE before")

    expire_audit(store, tmp_path, AuditLog(store), DAYS, NOW)

    assert verify_signed(store, tmp_path) == []


def test_a_chain_is_written_to_for_a_month_and_no_longer(store: Store) -> None:
    a_log(store, 31, 30, 2, 1)

    lengths = store.rows("SELECT count() FROM audit_rows GROUP BY chain ORDER BY count()")

    # The second is 1 day into the first chain's life, the third 29 and the fourth 30.
    assert lengths == [(1,), (3,)]


def test_old_checkpoints_become_one(store: Store, tmp_path: Path) -> None:
    log = a_log(store, 80, 79)
    checkpoints = CheckpointLog(store, tmp_path)
    checkpoints.sign(NOW - timedelta(days=70))
    log.record(actor="cli", action="view")
    checkpoints.sign(NOW - timedelta(days=1))

    expire_audit(store, tmp_path, AuditLog(store), DAYS, NOW)

    assert [each.number for each in checkpoints.in_file()] == [3]
    assert checkpoints.in_file() == checkpoints.in_store()
    assert verify_signed(store, tmp_path) == []
