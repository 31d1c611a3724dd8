"""Audit log: every record is kept in its order, and a changed or missing one shows."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from privacy.audit import AuditLog
from privacy.audit_check import verify
from schema import Store, StoreError
from tests.dashboard.build_rows import a_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with a_store(tmp_path / "db") as opened:
        yield opened


def test_records_of_many_threads_and_processes_hold_together(store: Store) -> None:
    logs = [AuditLog(store), AuditLog(store)]
    with ThreadPoolExecutor(4) as pool:
        for number in range(20):
            pool.submit(logs[number % 2].record, actor="cli", action="view", rows=number)
    assert verify(store) == []
    assert store.rows("SELECT chain, max(number) FROM audit_rows GROUP BY chain").__len__() == 2
    assert store.value("SELECT sum(rows) FROM audit_rows") == 190


def test_records_that_come_together_are_written_together(store: Store) -> None:
    log = AuditLog(store)
    with ThreadPoolExecutor(4) as pool:
        for number in range(4):
            pool.submit(log.record, actor="cli", action="view", rows=number, within_s=1.0)

    assert verify(store) == []
    assert log.written == 4
    # One insert is one part.
    assert store.value("SELECT uniqExact(_part) FROM audit_rows") == 1


def test_a_record_keeps_all_it_was_given(store: Store) -> None:
    AuditLog(store).record(
        actor="cli", action="export", site="shop.example", rows=7, purpose="tax", detail="x"
    )
    columns = "actor, action, site, rows, purpose, detail"
    assert store.rows(f"SELECT {columns} FROM audit_rows") == [  # noqa: S608  # our own names
        ("cli", "export", "shop.example", 7, "tax", "x")
    ]


def test_a_changed_record_shows(store: Store) -> None:
    log = AuditLog(store)
    for rows in range(3):
        log.record(actor="cli", action="view", rows=rows)
    store.command(
        "ALTER TABLE audit_rows UPDATE rows = 99 WHERE number = 2 SETTINGS mutations_sync = 1"
    )
    assert [(link.number, link.reason) for link in verify(store)] == [(2, "it was changed")]


def test_a_record_taken_out_shows(store: Store) -> None:
    log = AuditLog(store)
    for rows in range(3):
        log.record(actor="cli", action="view", rows=rows)
    store.command("DELETE FROM audit_rows WHERE number = 2")
    assert [(link.number, link.reason) for link in verify(store)] == [(3, "follows number 1")]


def test_after_a_failed_write_a_new_chain_begins(store: Store) -> None:
    log = AuditLog(store)
    log.record(actor="cli", action="view")
    store.command("RENAME TABLE audit_rows TO audit_rows_away")
    with pytest.raises(StoreError):
        log.record(actor="cli", action="view")
    store.command("RENAME TABLE audit_rows_away TO audit_rows")
    log.record(actor="cli", action="view")
    assert verify(store) == []
    assert store.rows("SELECT number FROM audit_rows") == [(1,), (1,)]


def test_a_record_that_cannot_be_written_fails_alone(store: Store) -> None:
    log = AuditLog(store)
    with ThreadPoolExecutor(2) as pool:
        good = pool.submit(log.record, actor="cli", action="view", within_s=0.2)
        bad = pool.submit(log.record, actor="cli", action="view", purpose="\ud800", within_s=0.2)

    good.result()
    with pytest.raises(UnicodeEncodeError):
        bad.result()
    assert verify(store) == []
    assert store.value("SELECT count() FROM audit_rows") == 1
