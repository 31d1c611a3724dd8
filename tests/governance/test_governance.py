"""Governance: the report tells broken promises from kept ones; the record is of what there is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from collector.facts.salt import SaltBook
from footfall.commands import Context, audit, run_command
from footfall.config import Config
from footfall.paths import DataPaths
from privacy.errors import UndescribedColumnError
from privacy.holds import save_hold
from privacy.processing import Installed, record_of_processing
from privacy.records import Hold, new_id
from privacy.scope import Scope
from privacy.selection import Selection
from schema import Site, migrate, open_embedded, save_site
from tests.dashboard.build_rows import event_row, insert_rows


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    paths = DataPaths(tmp_path / "data")
    paths.make()
    store = open_embedded(paths.database)
    migrate(store)
    save_site(store, Site(name="shop.example", timezone="Asia/Baku"))
    context = Context(store, paths, Config(data=paths.root))
    audit.sign(context)
    yield context
    store.close()


def states(context: Context) -> dict[str, str]:
    found: list[dict[str, Any]] = run_command(context, "privacy_report", {})
    return {finding["promise"]: finding["state"] for finding in found}


def test_a_new_installation_keeps_what_can_be_checked(context: Context) -> None:
    assert states(context) == {
        "salts destroyed": "kept",
        "requests in time": "kept",
        "audit log whole": "kept",
        "encrypted at rest": "broken",  # no key is set
        "encrypted in transit": "not checked",
        "retention met": "kept",
        "holds ended in time": "kept",
    }


def test_what_is_broken_is_told(context: Context) -> None:
    now = datetime.now(UTC)
    SaltBook(context.paths.salts).for_day("shop.example", now.date() - timedelta(days=3))
    context.store.insert(
        "privacy_requests",
        ("id", "site", "kind", "state", "due"),
        [[uuid4(), "shop.example", "question", "open", now.date() - timedelta(days=1)]],
    )
    insert_rows(context.store, [event_row(now - timedelta(days=400))])
    scope = Scope("shop.example", now, selection=Selection(now.date(), now.date()))
    last_day = now.date() - timedelta(days=4)  # two nights may pass, and a day ends late somewhere
    hold = Hold(id=new_id(), received_at=now, scope=scope, kind="legal", ends_on=last_day)
    save_hold(context.store, hold, 1)
    audit.sign(context)
    context.audit.record(actor="cli", action="view")
    audit.sign(context)
    context.store.command("ALTER TABLE audit_rows DELETE WHERE 1 SETTINGS mutations_sync = 2")

    found = states(context)

    assert found["salts destroyed"] == "broken"
    assert found["requests in time"] == "broken"
    assert found["holds ended in time"] == "broken"
    assert found["audit log whole"] == "broken"
    assert found["retention met"] == "broken"


def test_the_record_names_each_site_and_each_column(context: Context) -> None:
    text = run_command(context, "privacy_record", {})["markdown"]

    assert "| shop.example | Asia/Baku | counted for nobody | 5 visitors |" in text
    assert "`country`, `region`, `city`" in text
    assert "| audit log, staff by id | 730 days |" in text


def test_a_column_that_is_not_described_is_an_error() -> None:
    installed = Installed(
        made_on=date(2026, 11, 21),
        sites=(),
        kept={},
        columns={"events": ["site", "shoe_size"]},
        roles={},
        is_encrypted=True,
        has_tls=True,
        store="",
        audit_days=730,
    )
    with pytest.raises(UndescribedColumnError, match="shoe_size"):
        record_of_processing(installed)
