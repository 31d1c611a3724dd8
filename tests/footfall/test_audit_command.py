"""Audit commands: changes by command are on record by ids alone, and a broken log is told."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from footfall.commands import Context, audit, run_command
from footfall.config import Config
from footfall.housekeeper import Job, keep_house
from footfall.paths import DataPaths
from schema import migrate, open_embedded
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
    footfall("site", "add", "shop.example", *at)
    unsigned = footfall("audit", "verify", *at)
    store = open_embedded(paths.database)
    context = Context(store, paths, Config(data=paths.root))
    ended = threading.Event()
    ended.set()
    # What was written last must be signed, too, when the process ends.
    keep_house([Job("sign_audit", 600.0, lambda: audit.sign(context), also_last=True)], ended)
    store.close()
    whole = footfall("audit", "verify", *at)
    store = open_embedded(paths.database)
    store.command("ALTER TABLE audit_rows DELETE WHERE 1 SETTINGS mutations_sync = 2")
    store.close()
    cut = footfall("audit", "verify", "--json", *at)
    listed = json.loads(footfall("audit", "list", "--json", "--action", "audit_verify", *at).stdout)

    assert unsigned.returncode == 1
    assert "there is no checkpoint" in unsigned.stdout
    assert (whole.returncode, whole.stdout) == (0, "the audit log is whole\n")
    assert cut.returncode == 1
    assert {link["reason"] for link in json.loads(cut.stdout)} == {"the whole chain is gone"}
    assert [record["rows"] for record in listed] == [2]
