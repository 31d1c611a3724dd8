"""Audit commands: changes by command are on record by ids alone, and a broken log is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collector.writer.writer import Writer
from footfall.commands import Context, audit, run_command
from footfall.config import Config
from footfall.housekeeper import SIGNED_AFTER_RECORDS, Job, jobs, keep_house
from footfall.paths import DataPaths
from privacy.audit_check import verify_signed
from privacy.checkpoints import CHECKPOINT_FILE
from schema import Store, migrate, open_embedded
from tests.installation import footfall

PASSWORD = "a long enough password"


def test_each_change_is_one_record_that_names_no_person_and_no_value(tmp_path: Path) -> None:
    paths = DataPaths(tmp_path / "data")
    paths.make()
    store = open_embedded(paths.database)
    migrate(store)
    context = Context(store, paths, Config(data=paths.root))
    email = {"email": "leyla@shop.example"}
    user = run_command(context, "user_add", {**email, "role": "viewer", "password": PASSWORD})
    run_command(context, "site_add", {"name": "shop.example", "timezone": "Asia/Baku"})
    run_command(context, "user_set", {**email, "role": "analyst"})
    run_command(context, "user_remove", email)
    run_command(context, "token_add", {"name": "Leyla's", "scope": "stats"})
    run_command(context, "token_remove", {"name": "Leyla's"})
    run_command(context, "doctor", {})

    found = store.rows("SELECT actor, action, site, detail FROM audit_rows ORDER BY number")
    token = store.value("SELECT id FROM tokens LIMIT 1")
    store.close()

    assert found == [
        ("cli", "user", "", f"user add: {user['id']}: password, role"),
        ("cli", "setting", "shop.example", "site add: timezone"),
        ("cli", "user", "", f"user set: {user['id']}: role"),
        ("cli", "user", "", f"user remove: {user['id']}"),
        ("cli", "token", "", f"token add: {token}: scope"),
        ("cli", "token", "", f"token remove: {token}"),
    ]


def test_a_changed_role_ends_the_users_sessions(tmp_path: Path) -> None:
    paths = DataPaths(tmp_path / "data")
    paths.make()
    store = open_embedded(paths.database)
    migrate(store)
    context = Context(store, paths, Config(data=paths.root))
    email = {"email": "leyla@shop.example"}
    run_command(context, "user_add", {**email, "role": "viewer", "password": PASSWORD})
    before = store.value("SELECT max(session_epoch) FROM users")
    run_command(context, "user_set", {**email, "role": "analyst"})
    after = store.value("SELECT max(session_epoch) FROM users")
    store.close()

    assert after == before + 1


def test_verify_says_whether_the_log_is_whole_and_where_not(tmp_path: Path) -> None:
    paths = DataPaths(tmp_path / "data")
    paths.make()
    at = ("--data", str(paths.root))
    none = footfall("audit", "verify", *at)
    # A command alone on its directory signs what it recorded.
    footfall("site", "add", "shop.example", *at)
    whole = footfall("audit", "verify", *at)
    store = open_embedded(paths.database)
    store.command("ALTER TABLE audit_rows DELETE WHERE 1 SETTINGS mutations_sync = 2")
    store.close()
    cut = footfall("audit", "verify", "--json", *at)
    listed = json.loads(footfall("audit", "list", "--json", "--action", "audit_verify", *at).stdout)

    assert (none.returncode, none.stdout.partition(":")[0]) == (0, "there is no audit log yet")
    assert (whole.returncode, whole.stdout) == (0, "the audit log is whole\n")
    assert cut.returncode == 1
    # The chains of `site add` and of the check that found all whole.
    reasons = [link["reason"] for link in json.loads(cut.stdout)]
    assert reasons == ["the whole chain is gone"] * 2
    assert [record["rows"] for record in listed] == [2]


def test_a_log_without_checkpoints_is_not_taken_for_none(tmp_path: Path) -> None:
    paths = DataPaths(tmp_path / "data")
    paths.make()
    at = ("--data", str(paths.root))
    footfall("site", "add", "shop.example", *at)
    (paths.root / CHECKPOINT_FILE).unlink()
    store = open_embedded(paths.database)
    store.command("TRUNCATE TABLE audit_checkpoints")
    store.close()
    found = footfall("audit", "verify", *at)

    assert found.returncode == 1
    assert "there is no checkpoint" in found.stdout


@pytest.mark.parametrize("after", [SIGNED_AFTER_RECORDS - 1, SIGNED_AFTER_RECORDS])
def test_a_cut_tail_shows_once_many_records_were_written(tmp_path: Path, after: int) -> None:
    with context(tmp_path) as opened:
        early = next(job for job in _audit_jobs(opened) if job.name == "sign_audit_early")
        audit.sign(opened)
        for _ in range(after):
            opened.audit.record(actor="cli", action="view")
        early.run()
        _cut_the_last(opened.store)
        found = verify_signed(opened.store, opened.paths.root)

    is_signed = after == SIGNED_AFTER_RECORDS
    reasons = [link.reason for link in found if link.chain is not None]
    assert reasons == [f"all from here to number {after} is gone"] * is_signed


def test_a_clean_stop_signs_what_was_written_last(tmp_path: Path) -> None:
    with context(tmp_path) as opened:
        audit.sign(opened)
        opened.audit.record(actor="cli", action="view")
        opened.audit.record(actor="cli", action="export")
        ended = threading.Event()
        ended.set()
        keep_house(_audit_jobs(opened), ended)
        _cut_the_last(opened.store)
        found = verify_signed(opened.store, opened.paths.root)

    assert [link.reason for link in found] == ["all from here to number 2 is gone"]


@contextmanager
def context(tmp_path: Path) -> Iterator[Context]:
    paths = DataPaths(tmp_path / "data")
    paths.make()
    store = open_embedded(paths.database)
    migrate(store)
    yield Context(store, paths, Config(data=paths.root))
    store.close()


def _audit_jobs(opened: Context) -> list[Job]:
    writer = Writer(opened.store, opened.paths.journal, opened.paths.checkpoint)
    return [job for job in jobs(opened, writer) if job.name.startswith("sign_audit")]


def _cut_the_last(store: Store) -> None:
    store.command(
        "ALTER TABLE audit_rows DELETE WHERE (chain, number) IN"
        " (SELECT chain, max(number) FROM audit_rows GROUP BY chain) SETTINGS mutations_sync = 2"
    )
