"""The ledger keeps what must not come back, through crashes, and a restore does it again."""

from __future__ import annotations

from pathlib import Path

import pytest

from privacy.carry_out import Clerk
from privacy.ledger import LEDGER_FILE, Backup, Ledger
from schema import Store
from tests.collector.journals import minute
from tests.privacy.shop import Shop, a_correction, a_hold, a_release, a_view, an_erasure

VIEWS = [
    a_view(at, visitor, f"/{visitor}/{at}", page_id=10 * visitor + at)
    for visitor in (1, 2, 3)
    for at in (1, 2)
]


def test_an_entry_stands_once_and_a_torn_line_costs_no_other(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    first, second = an_erasure(1, visitor=1), an_erasure(2, page_ids=(3,))
    ledger.note(first, minute(1))
    path = tmp_path / LEDGER_FILE
    path.write_bytes(path.read_bytes() + b"00000000 half a li")
    ledger.note(second, minute(2))
    ledger.note(first, minute(3))
    assert [entry.record for entry in Ledger(tmp_path).entries()] == [first, second]


def test_a_holds_reason_stays_out(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.note(a_hold(1, visitor=1, kind="legal", reason="Mrs. Reader's order"), minute(1))
    assert b"Reader" not in (tmp_path / LEDGER_FILE).read_bytes()


def test_entries_go_with_the_oldest_copy_that_needs_them(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    old, new = an_erasure(1, visitor=1), an_erasure(9, visitor=2)
    ledger.note(old, minute(1))
    ledger.note_backup(Backup("five", minute(5), minute(60)))
    ledger.note_backup(Backup("gone", minute(2), minute(3)))
    ledger.note(new, minute(9))
    assert ledger.drop_before(minute(5), minute(10)) == 2
    assert [entry.record for entry in ledger.entries()] == [new]
    assert [backup.name for backup in ledger.backups(minute(10))] == ["five"]


def test_a_restored_database_loses_again_what_was_erased(
    embedded_store: Store, tmp_path: Path
) -> None:
    """The copy has all rows, and what it says of wishes is of another instant."""
    shop = Shop(embedded_store, tmp_path)
    shop.take(*VIEWS)
    rows = embedded_store.rows("SELECT * FROM event_rows")
    names = [
        name
        for (name,) in embedded_store.rows(
            "SELECT name FROM system.columns WHERE database = currentDatabase()"
            " AND table = 'event_rows' ORDER BY position"
        )
    ]
    hold = a_hold(5, visitor=3)
    shop.take(
        an_erasure(4, visitor=1),
        hold,
        a_correction(6, pages=(21,), not_me=True),
        a_release(7, hold=hold.id),
        a_hold(8, visitor=3),
    )
    expected = (shop.paths(), shop.sessions(), shop.paths("held_rows"))
    assert expected[0] == ["/2/1", "/2/2"]
    for table in ("event_rows", "session_rows", "held_rows", "holds"):
        embedded_store.command("TRUNCATE TABLE {name:Identifier}", {"name": table})
    embedded_store.insert("event_rows", names, rows)
    assert len(shop.paths()) == 6
    for _ in range(2):  # also when it was cut off and is begun again
        assert Clerk(embedded_store, tmp_path).replay_ledger() == 5
        assert (shop.paths(), shop.sessions(), shop.paths("held_rows")) == expected


def test_what_came_after_an_erasure_is_not_replayed_away(
    embedded_store: Store, tmp_path: Path
) -> None:
    shop = Shop(embedded_store, tmp_path)
    shop.take(*VIEWS, an_erasure(4, visitor=1), a_view(5, 1, "/after"))
    Clerk(embedded_store, tmp_path).replay_ledger()
    assert shop.paths()[-1] == "/after"


@pytest.mark.parametrize("table", ["privacy_acts", "privacy_receipts"])
def test_a_replay_gives_no_second_receipt(
    embedded_store: Store, tmp_path: Path, table: str
) -> None:
    shop = Shop(embedded_store, tmp_path)
    shop.take(*VIEWS, an_erasure(4, visitor=1))
    count = "SELECT count() FROM {table:Identifier} FINAL"
    before = embedded_store.value(count, {"table": table})
    Clerk(embedded_store, tmp_path).replay_ledger()
    assert embedded_store.value(count, {"table": table}) == before == 1
