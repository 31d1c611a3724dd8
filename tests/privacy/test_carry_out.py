"""What a visitor asked for is done to the rows that were meant, to all of them, and to no other."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from collector.writer.writer import Writer
from privacy.carry_out import Clerk
from privacy.holds import list_holds
from privacy.ledger import Backup, Ledger
from privacy.receipts import verify
from privacy.records import Request, RowRecord, new_id
from privacy.signing import open_signing_key
from privacy.wiping import wipe_deleted
from schema import Store, StoreError
from tests.collector.journals import append, minute
from tests.installation import wait_until
from tests.privacy.shop import (
    SITE,
    Shop,
    a_correction,
    a_hold,
    a_release,
    a_view,
    an_erasure,
)

# Visitor 1 sees three pages and comes again after a pause; visitor 2 sees two.
VIEWS = [
    a_view(0, 1, "/a", page_id=11),
    a_view(1, 2, "/x", page_id=21),
    a_view(2, 1, "/b", page_id=12),
    a_view(3, 1, "/b", page_id=12, name="engagement", engaged_ms=900),
    a_view(4, 2, "/y", page_id=22),
    a_view(5, 1, "/c", page_id=13),
    a_view(50, 1, "/d", page_id=14),
]
SESSIONS_OF_2 = [(2, 2, "/x", "/y", 180)]


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    found = Shop(store, tmp_path)
    found.take(*VIEWS)
    return found


def test_an_erasure_takes_one_visitors_rows_and_sessions(shop: Shop) -> None:
    erasure = an_erasure(51, visitor=1)
    shop.take(erasure)
    assert shop.paths() == ["/x", "/y"]
    assert shop.sessions() == SESSIONS_OF_2
    outcome = shop.outcome(erasure)
    # /a /b (/b) /c in one session, /d in another.
    assert (outcome.events, outcome.sessions) == (5, 2)


def test_what_comes_after_an_erasure_stays_also_in_its_second(shop: Shop) -> None:
    erasure = an_erasure(51, visitor=1)
    soon = msgspec.structs.replace(
        a_view(51, 1, "/e"), received_at=minute(51).replace(microsecond=1000)
    )
    shop.take(a_view(50.9, 1, "/before"), erasure, soon, a_view(52, 1, "/f"))
    assert shop.paths() == ["/x", "/y", "/e", "/f"]
    assert shop.sessions() == [*SESSIONS_OF_2, (1, 2, "/e", "/f", 60)]
    assert shop.outcome(erasure).events == 6


def test_an_event_that_another_process_journals_late_was_erased_before(shop: Shop) -> None:
    erasure = an_erasure(51, visitor=1)
    shop.take(erasure)
    shop.take(a_view(50.99, 1, "/late"), a_view(51.01, 1, "/new"), slot="c1")
    assert shop.paths() == ["/x", "/y", "/new"]


def test_a_page_id_takes_its_page_alone_and_the_session_begins_with_the_next(shop: Shop) -> None:
    erasure = an_erasure(51, page_ids=(11, 12))
    shop.take(erasure)
    assert shop.paths() == ["/x", "/y", "/c", "/d"]
    assert shop.sessions() == [*SESSIONS_OF_2, (1, 1, "/c", "/c", 0), (1, 1, "/d", "/d", 0)]
    outcome = shop.outcome(erasure)
    assert (outcome.events, outcome.sessions) == (3, 0)


def test_a_session_that_lost_its_first_page_goes_on_with_what_follows(shop: Shop) -> None:
    shop.take(a_view(51, 2, "/p", page_id=23), an_erasure(52, page_ids=(23, 14)))
    shop.take(a_view(53, 1, "/g"))
    assert shop.sessions()[-1] == (1, 1, "/g", "/g", 0)
    shop.take(an_erasure(54, page_ids=(11,)), a_view(55, 1, "/h"))
    assert shop.sessions()[0] == (2, 2, "/x", "/y", 180)
    assert shop.sessions()[1] == (1, 2, "/b", "/c", 180)
    assert shop.sessions()[2] == (1, 2, "/g", "/h", 120)


def test_an_erasure_is_of_one_day_and_one_site(shop: Shop) -> None:
    other_site = a_view(52, 1, "/other", site="other.example")
    tomorrow = a_view(24 * 60, 1, "/tomorrow")
    shop.take(other_site, tomorrow, an_erasure(51, visitor=1))
    assert shop.paths() == ["/x", "/y", "/other", "/tomorrow"]


def test_a_consent_id_takes_every_day_of_it(shop: Shop) -> None:
    days = [a_view(24 * 60 * day, 7 + day, f"/{day}", consent_id=5) for day in (1, 2, 40)]
    erasure = an_erasure(24 * 60 * 41, consent_ids=(5,))
    shop.take(*days, erasure)
    assert shop.paths() == ["/a", "/x", "/b", "(/b)", "/y", "/c", "/d"]
    assert (shop.outcome(erasure).events, shop.outcome(erasure).sessions) == (3, 3)


def test_events_of_nobody_belong_to_no_scope(shop: Shop) -> None:
    shop.take(a_view(51, 0, "/nobody"), an_erasure(52, page_ids=(0,), consent_ids=(0,)))
    assert len(shop.paths()) == 8


def test_a_receipt_says_what_was_done_and_shows_any_change(shop: Shop) -> None:
    ledger = Ledger(shop.data)
    living = Backup("monday.tar.gz", minute(0), minute(60 * 24 * 300_000))
    ledger.note_backup(Backup("gone.tar.gz", minute(0), minute(1)))
    ledger.note_backup(living)
    erasure = an_erasure(51, visitor=1, page_ids=(11,))
    shop.take(erasure)
    document = shop.outcome(erasure).receipt
    assert document is not None
    receipt = document["receipt"]
    assert receipt["id"] == erasure.id
    assert receipt["site"] == SITE
    assert receipt["looked_for"] == ["visitor", "page"]
    assert receipt["removed"] == {"events": 5, "sessions": 2}
    assert receipt["found_after"] == 0
    assert [backup["name"] for backup in receipt["backups"]] == ["monday.tar.gz"]
    assert set(receipt["bytes_gone_by"]) == {"database", "journal"}
    assert "11" not in json.dumps(receipt["looked_for"])
    public = open_signing_key(shop.data).public_key
    assert verify(json.dumps(document), public) == receipt


def test_an_erasure_that_finds_nothing_has_a_receipt_too(shop: Shop) -> None:
    erasure = an_erasure(51, visitor=99)
    shop.take(erasure)
    document = shop.outcome(erasure).receipt
    assert document is not None
    assert document["receipt"]["removed"] == {"events": 0, "sessions": 0}
    assert len(shop.paths()) == 7
    assert Ledger(shop.data).entries() == [], "there is nothing that a restore could bring back"


def test_a_correction_changes_a_page_and_blanks_what_is_not_given(shop: Shop) -> None:
    correction = a_correction(51, pages=(11,), country="TR", city="Izmir", device="Mobile")
    shop.take(correction)
    rows = shop.store.rows(
        "SELECT path, country, region, city, device FROM event_rows WHERE visitor = 1 ORDER BY time"
    )
    assert rows[0] == ("/a", "TR", "", "Izmir", "Mobile")
    assert set(rows[1:]) == {
        (path, "AZ", "AZ-BA", "Baku", "Desktop") for path in ("/b", "/c", "/d")
    }
    opened = shop.store.rows("SELECT country, device FROM sessions WHERE entry_path = '/a'")
    assert opened == [("TR", "Mobile")]
    assert shop.outcome(correction).events == 1


def test_a_device_is_corrected_without_the_place(shop: Shop) -> None:
    shop.take(a_correction(51, pages=(12,), device="Tablet"))
    rows = shop.store.rows("SELECT country, city, device FROM event_rows WHERE page_id = 12")
    assert rows == [("AZ", "Baku", "Tablet")] * 2


def test_what_was_not_me_counts_for_nobody(shop: Shop) -> None:
    shop.take(a_correction(51, pages=(11, 12), not_me=True))
    # The pageviews are counted, the engagement of nobody is not.
    assert shop.paths() == ["/a", "/x", "/b", "/y", "/c", "/d"]
    nobody = shop.store.rows(
        "SELECT path, session, page_id, consent_id, starts, country, region, city"
        " FROM event_rows WHERE visitor = 0 ORDER BY time"
    )
    assert nobody == [(path, 0, 0, 0, False, "AZ", "", "") for path in ("/a", "/b")]
    assert shop.sessions()[1:] == [(1, 1, "/c", "/c", 0), (1, 1, "/d", "/d", 0)]


def test_restricted_rows_are_seen_by_nothing_until_they_are_released(shop: Shop) -> None:
    before = shop.store.rows("SELECT * FROM events ORDER BY time, name")
    sessions = shop.sessions()
    hold = a_hold(51, visitor=1)
    shop.take(hold)
    assert shop.paths() == ["/x", "/y"]
    assert shop.sessions() == SESSIONS_OF_2
    assert shop.paths("held_rows") == ["/a", "/b", "(/b)", "/c", "/d"]
    assert [(held.kind, held.events, held.released_at) for held in list_holds(shop.store)] == [
        ("restriction", 5, None)
    ]
    shop.take(a_release(52, visitor=1))
    assert shop.store.rows("SELECT * FROM events ORDER BY time, name") == before
    assert shop.sessions() == sessions
    assert shop.paths("held_rows") == []
    assert list_holds(shop.store)[0].released_at is not None


def test_rows_are_restricted_and_released_again_and_again(shop: Shop) -> None:
    sessions = shop.sessions()
    for at in (51, 53, 55):
        shop.take(a_hold(at, visitor=1))
        shop.take(a_release(at + 1, visitor=1))
    assert (len(shop.paths()), shop.sessions()) == (7, sessions)


def test_an_erasure_takes_what_a_restriction_holds(shop: Shop) -> None:
    erasure = an_erasure(53, visitor=1)
    shop.take(a_hold(51, visitor=1), a_view(52, 1, "/e"), erasure)
    assert (shop.paths(), shop.paths("held_rows")) == (["/x", "/y"], [])
    assert shop.outcome(erasure).events == 6
    assert list_holds(shop.store)[0].released_at is not None


def test_a_legal_hold_outlasts_an_erasure_and_gives_nothing_erased_back(shop: Shop) -> None:
    hold = a_hold(51, visitor=1, kind="legal", reason="order 17", owner="u1")
    erasure = an_erasure(52, page_ids=(11, 12))
    shop.take(hold, erasure)
    assert shop.paths() == ["/x", "/y"]
    assert len(shop.paths("held_rows")) == 5
    assert shop.outcome(erasure).events == 0, "a hold is nothing to tell a visitor of"
    shop.take(a_release(53, visitor=1))
    assert len(shop.paths("held_rows")) == 5, "a visitor releases what a visitor restricted"
    shop.take(a_release(54, hold=hold.id))
    assert shop.paths() == ["/x", "/y", "/c", "/d"]
    assert shop.sessions()[1:] == [(1, 1, "/c", "/c", 0), (1, 1, "/d", "/d", 0)]
    assert shop.paths("held_rows") == []


def test_rows_past_their_retention_do_not_come_back(shop: Shop) -> None:
    hold = a_hold(51, visitor=1, kind="fraud")
    shop.take(hold)
    kept_from = minute(24 * 60).date()
    shop.take(a_release(52, hold=hold.id, keep_since=kept_from))
    assert (shop.paths(), shop.paths("held_rows")) == (["/x", "/y"], [])


def test_held_rows_have_the_columns_of_events_in_their_order(embedded_store: Store) -> None:
    def columns(table: str) -> list[tuple[str, str]]:
        return embedded_store.rows(
            "SELECT name, type FROM system.columns"
            " WHERE database = currentDatabase() AND table = {table:String} ORDER BY position",
            {"table": table},
        )

    assert columns("held_rows")[4:] == columns("event_rows")


def test_a_request_reaches_the_inbox_once(shop: Shop) -> None:
    request = Request(
        id=new_id(),
        received_at=minute(51),
        site=SITE,
        kind="question",
        due=minute(60 * 24 * 30).date(),
        contact="reader@mail.example",
        message="Why?",
    )
    shop.take(request)
    Clerk(shop.store, shop.data).carry_out(request)
    rows = shop.store.rows("SELECT kind, state, due, contact, message FROM privacy_requests")
    assert rows == [
        ("question", "open", minute(60 * 24 * 30).date(), "reader@mail.example", "Why?")
    ]


def test_everything_is_in_the_audit_log_without_the_visitor(shop: Shop) -> None:
    order = {"kind": "legal", "owner": "u1", "reason": "court order 7"}
    shop.take(an_erasure(51, visitor=2), a_hold(52, visitor=1, **order))
    rows = shop.store.rows("SELECT action, actor, site, rows, purpose FROM audit_rows ORDER BY at")
    assert rows == [
        ("erasure", "visitor", SITE, 2, ""),
        ("hold", "visitor", SITE, 5, "legal: court order 7"),
    ]


def test_bytes_of_erased_rows_leave_their_parts(shop: Shop) -> None:
    shop.take(an_erasure(51, visitor=1))
    assert wipe_deleted(shop.store)
    wait_until(lambda: wipe_deleted(shop.store) == [])
    assert shop.paths() == ["/x", "/y"]


class InterruptedStore(Store):
    """A store of which nothing is heard after its nth change of anything."""

    def __init__(self, store: Store, nth: int) -> None:
        super().__init__(store._clients, store.streams)
        self.left = nth

    def command(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        super().command(sql, parameters)
        self._count()

    def insert(
        self,
        table: str,
        columns: Sequence[str],
        data: Sequence[Sequence[Any]],
        *,
        by_column: bool = False,
        token: str = "",
    ) -> None:
        super().insert(table, columns, data, by_column=by_column, token=token)
        self._count()

    def _count(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise StoreError("the connection was lost")


FRAUD = a_hold(51.5, visitor=1, kind="fraud")
TOMORROW = minute(24 * 60).date()

# What was done before, and what is cut off.
WISHES: dict[str, tuple[list[RowRecord], list[RowRecord]]] = {
    "erasure": ([], [an_erasure(51, visitor=1)]),
    "correction": ([], [a_correction(51, pages=(11,), country="TR")]),
    "not me": ([], [a_correction(51, pages=(11, 12), not_me=True)]),
    "release": ([], [a_hold(51, visitor=1), a_release(52, visitor=1)]),
    "hold on what is restricted": (
        [a_hold(51, visitor=1)],
        [FRAUD, a_release(52, hold=FRAUD.id)],
    ),
    "end without ids": ([FRAUD], [a_release(52, hold=FRAUD.id, ids_since=TOMORROW)]),
}


@pytest.mark.parametrize("name", WISHES)
def test_a_wish_that_was_cut_off_anywhere_is_done_once(
    embedded_store: Store, tmp_path: Path, name: str
) -> None:
    before, wishes = WISHES[name]

    def state(shop: Shop) -> tuple[object, ...]:
        outcomes = [
            msgspec.structs.replace(shop.outcome(wish), done_at=minute(0), receipt=None)
            for wish in [*before, *wishes]
        ]
        rows = shop.store.rows("SELECT * FROM event_rows ORDER BY time, name")
        held = shop.store.rows("SELECT * FROM held_rows ORDER BY time, name")
        return outcomes, rows, held, shop.sessions()

    expected, nth = None, 0
    while True:
        empty(embedded_store)
        shop = Shop(embedded_store, tmp_path / f"{nth}")
        shop.take(*VIEWS, *before)
        append(shop.root, wishes, slot="c0")
        interrupted = InterruptedStore(embedded_store, nth)
        try:
            shop.catch_up(interrupted)
        except StoreError:
            shop.catch_up()
        if expected is None:
            expected = state(shop)
        assert state(shop) == expected, f"cut off at change {nth}"
        if nth and interrupted.left > 0:
            break
        nth += 1
    assert nth > 5


def empty(store: Store) -> None:
    """Take away what a shop and its wishes leave."""
    for name in ("event_rows", "session_rows", "held_rows", "holds", "privacy_acts"):
        store.command("TRUNCATE TABLE {name:Identifier}", {"name": name})


def test_a_wish_that_can_never_be_done_holds_up_nothing_and_is_tried_at_the_next_start(
    shop: Shop,
) -> None:
    (shop.data / "privacy.key").write_bytes(b"no key")
    erasure = an_erasure(51, visitor=1)
    append(shop.root, [erasure, a_view(52, 3, "/after")], slot="c0")
    writer = Writer(shop.store, shop.root, shop.data / "writer.json")
    for _ in range(9):
        with pytest.raises(StoreError, match="put the right file back"):
            writer.step()
    while writer.step():
        pass
    assert shop.paths() == ["/x", "/y", "/after"]
    (shop.data / "privacy.key").unlink()
    shop.catch_up()
    assert shop.outcome(erasure).events == 5
    assert list(shop.root.glob("*.undone")) == []
