"""An import that is undone leaves held rows where they are; they never come back from there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from privacy.carry_out import Clerk
from privacy.holds import due_end, find_hold, new_hold
from privacy.retention_policy import retention_of
from privacy.scope import Scope
from privacy.selection import read_selection
from schema import Store
from tests.build import SITE, a_site
from tests.exchange.bringing_in import everything, here, written
from tests.exchange.test_import_access_log import DAY

NOW = datetime.now(UTC)


def test_rows_under_a_hold_outlast_the_undoing_of_their_import_and_never_come_back(
    embedded_store: Store, tmp_path: Path
) -> None:
    shop = here(embedded_store, tmp_path, timezone="Asia/Baku")
    imported = shop.bring_in(written(tmp_path / "access.log", DAY))
    clerk = Clerk(embedded_store, tmp_path)
    day = "2026-01-01"
    [(path, rows)] = embedded_store.rows(
        "SELECT path, count() AS n FROM events GROUP BY path ORDER BY n DESC, path LIMIT 1"
    )
    hold = new_hold(
        scope=Scope(SITE, NOW, selection=read_selection(day, day, tests=[f"page:is:{path}"])),
        kind="legal",
        reason="court order 7",
        ends_on=NOW.date() + timedelta(days=9),
        owner="u1",
        asked_by="u1",
        today=NOW.date(),
    )
    clerk.carry_out(hold)
    undone = shop.call("import_undo", import_id=imported["id"])

    assert undone["rows_held"] == rows > 0
    assert everything(embedded_store) == {"events": [], "sessions": [], "daily": []}
    assert find_hold(embedded_store, hold.id).held == rows
    noted = "SELECT detail FROM audit_rows WHERE action = 'import_undo'"
    assert f"{rows} rows stay held" in embedded_store.value(noted)

    # 1 January is within a retention of years, so that only the undoing keeps rows away.
    policy = retention_of(a_site(keep=("events=1825",)))
    found = find_hold(embedded_store, hold.id)
    clerk.carry_out(due_end(found, policy=policy, today=NOW.date(), now=NOW))
    assert embedded_store.value("SELECT count() FROM event_rows") == 0
    assert embedded_store.value("SELECT count() FROM held_rows") == 0
