"""A hold names its rows, a reason, an end and an owner; it outlasts erasure and retention."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from privacy.carry_out import Clerk
from privacy.errors import HoldError
from privacy.holds import HeldScope, due_end, find_hold, list_holds, new_end, new_hold
from privacy.ledger import Ledger
from privacy.records import Hold, Release, new_id
from privacy.retention import list_reports
from privacy.retention_policy import retention_of
from privacy.scope import Scope
from privacy.selection import FIELDS, Selection, read_selection
from schema import Site, Store
from tests.collector.journals import NOON, minute
from tests.privacy.shop import SITE, Shop, a_hold, a_release, a_view, an_erasure

DAY = NOON.date()
POLICY = retention_of(Site(name=SITE))

VIEWS = [
    a_view(0, 1, "/checkout", page_id=11, source="Coupons"),
    a_view(1, 2, "/checkout", page_id=21, country="TR"),
    a_view(2, 1, "/order's \\ end|", page_id=12),
    a_view(3, 1, "/order's \\ end|", page_id=12, name="engagement", engaged_ms=900),
    a_view(4, 2, "/shoes", page_id=22),
    a_view(5, 3, "/Order paid", name="Order paid"),
]


@pytest.fixture
def shop(embedded_store: Store, tmp_path: Path) -> Shop:
    found = Shop(embedded_store, tmp_path)
    found.take(*VIEWS)
    return found


@pytest.fixture
def any_shop(store: Store, tmp_path: Path) -> Shop:
    """Return the shop over each engine."""
    found = Shop(store, tmp_path)
    found.take(*VIEWS)
    return found


def a_selection(at: float, *tests: str, **fields: Any) -> Hold:
    """Return a fraud hold of what an operator selected of the day."""
    selection = read_selection(DAY.isoformat(), DAY.isoformat(), tests=tests, **fields)
    return new_hold(
        scope=Scope(SITE, minute(at), selection=selection),
        kind="fraud",
        reason="stolen coupons",
        ends_on=DAY + timedelta(days=90),
        owner="u1",
        asked_by="u1",
        today=DAY,
    )


def the_hold(shop: Shop) -> HeldScope:
    [found] = list_holds(shop.store)
    return found


@pytest.mark.parametrize(
    ("tests", "paths"),
    [
        (["page:is:/checkout"], ["/checkout", "/checkout"]),
        (["page:is:/checkout", "country:is:AZ"], ["/checkout"]),
        (["page:contains:CHECK|shoes"], ["/checkout", "/checkout", "/shoes"]),
        (["page:is:/order's \\\\ end\\|"], ["/order's \\ end|", "(/order's \\ end|)"]),
        (["goal:is:Order paid"], ["/Order paid"]),
        (["country:is_not:AZ"], ["/checkout"]),
        (["page:contains_not:/o", "goal:is:"], ["/checkout", "/checkout", "/shoes"]),
        (["source:is:Coupons|Bing"], ["/checkout"]),
        ([], ["/checkout", "/checkout", "/order's \\ end|", "(/order's \\ end|)", "/shoes",
              "/Order paid"]),
    ],
)  # fmt: skip
def test_a_hold_takes_the_rows_that_were_selected_and_no_other(
    any_shop: Shop, tests: list[str], paths: list[str]
) -> None:
    before = any_shop.paths()
    any_shop.take(a_selection(10, *tests))
    assert any_shop.paths("held_rows") == paths
    assert sorted(any_shop.paths() + paths) == sorted(before)
    assert the_hold(any_shop).held == the_hold(any_shop).events == len(paths)


def test_each_field_of_a_selection_is_a_column_of_rows(shop: Shop) -> None:
    """A value that no row has is found in none of them, and none is an error."""
    for at, field in enumerate(FIELDS):
        hold = a_selection(10 + at, f"{field}:is:no such value")
        shop.take(hold)
        assert shop.outcome(hold).events == 0, field


def test_a_hold_takes_sessions_of_its_days_and_its_site(shop: Shop) -> None:
    [session] = {
        number for (number,) in shop.store.rows("SELECT session FROM event_rows WHERE visitor = 2")
    }
    shop.take(a_view(6, 1, "/other", site="other.example"), a_view(24 * 60, 1, "/tomorrow"))
    hold = a_selection(24 * 60 + 1, sessions=[str(session)])
    shop.take(hold)
    assert shop.paths("held_rows") == ["/checkout", "/shoes"]
    shop.take(a_selection(24 * 60 + 2))
    assert shop.paths() == ["/other", "/tomorrow"]


def test_an_erasure_leaves_held_rows_and_its_receipt_says_why_and_until_when(shop: Shop) -> None:
    shop.take(a_selection(10, "page:contains:order"))
    erasure = an_erasure(11, visitor=1)
    shop.take(erasure)
    assert shop.paths() == ["/checkout", "/shoes"]
    assert len(shop.paths("held_rows")) == 3
    document = shop.outcome(erasure).receipt
    assert document is not None
    receipt = document["receipt"]
    assert receipt["removed"] == {"events": 1, "sessions": 1}
    assert receipt["kept"] == {
        "until": (DAY + timedelta(days=90)).isoformat(),
        "why": "a legal duty, or legal claims",
        "law": "GDPR, Art. 17(3)(b) and (e)",
    }
    assert "coupons" not in str(receipt)
    assert "fraud" not in str(receipt)
    again = an_erasure(12, visitor=1)
    shop.take(again)
    told = shop.outcome(again).receipt
    assert told is not None
    assert told["receipt"]["kept"] == receipt["kept"], "what is asked twice is told twice"
    other = an_erasure(13, visitor=2)
    shop.take(other)
    told = shop.outcome(other).receipt
    assert told is not None
    assert told["receipt"]["kept"] is None


def test_what_was_erased_meanwhile_goes_when_the_hold_ends(shop: Shop) -> None:
    shop.take(a_selection(10, "page:contains:order"), an_erasure(11, visitor=1))
    end = due_end(the_hold(shop), policy=POLICY, today=DAY, now=minute(20))
    shop.take(end)
    # Two rows were visitor 1's; the order was visitor 3's.
    assert shop.paths() == ["/checkout", "/shoes", "/Order paid"]
    assert shop.paths("held_rows") == []
    assert the_hold(shop).released_at is not None
    assert (shop.outcome(end).events, shop.outcome(end).purged) == (3, 2)


def test_rows_come_back_as_they_were_where_nothing_is_past_its_time(shop: Shop) -> None:
    before = shop.store.rows("SELECT * FROM event_rows ORDER BY time, name")
    sessions = shop.sessions()
    shop.take(a_selection(10, "page:is:/checkout"))
    assert shop.sessions() != sessions
    shop.take(due_end(the_hold(shop), policy=POLICY, today=DAY, now=minute(20)))
    assert shop.store.rows("SELECT * FROM event_rows ORDER BY time, name") == before
    assert shop.sessions() == sessions


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        (29, ("AZ-BA", "Baku", True)),  # of 30 days the last
        (30, ("", "", True)),
        (59, ("", "", True)),
        (60, ("", "", False)),
        (179, ("", "", False)),
        (180, None),
    ],
)
def test_what_comes_back_has_nothing_that_is_past_its_time(
    shop: Shop, days: int, shown: tuple[str, str, bool] | None
) -> None:
    """Cities are kept 30 days, ids 60 and events 180, the day itself counted."""
    shop.take(a_selection(10, "page:is:/shoes"))
    today = DAY + timedelta(days=days)
    shop.take(due_end(the_hold(shop), policy=POLICY, today=today, now=minute(20)))
    rows = shop.store.rows(
        "SELECT region, city, visitor = 2 AND session != 0 AND page_id = 22 FROM event_rows"
        " WHERE path = '/shoes'"
    )
    assert rows == ([] if shown is None else [shown])
    assert shop.paths("held_rows") == []
    sessions = shop.store.value("SELECT max(pageviews) FROM sessions WHERE visitor = 2")
    assert sessions == (2 if shown and shown[2] else 1)
    [report] = list_reports(shop.store)
    assert (report.kind, report.found, report.removed, report.found_after) == (
        "holds", 1, int(shown is None), 0
    )  # fmt: skip


def test_an_end_that_is_asked_for_twice_is_done_once(shop: Shop) -> None:
    shop.take(a_selection(10, "page:is:/shoes"))
    ends = [due_end(the_hold(shop), policy=POLICY, today=DAY, now=minute(at)) for at in (20, 21)]
    shop.take(*ends)
    assert shop.paths().count("/shoes") == 1
    ended = shop.store.rows("SELECT actor, purpose FROM audit_rows WHERE action = 'release'")
    assert ended == [("system", "its end has come")]


def test_a_row_stays_until_the_last_hold_on_it_ends(any_shop: Shop) -> None:
    first, second = a_selection(10, "page:is:/shoes"), a_selection(11, "page:contains:SHOE")
    any_shop.take(first, second)
    assert any_shop.outcome(second).events == 0
    assert any_shop.outcome(second).kept == 1
    assert [hold.held for hold in list_holds(any_shop.store)] == [1, 1]
    any_shop.take(_end(any_shop, first, 20))
    assert "/shoes" not in any_shop.paths()
    assert [bool(hold.released_at) for hold in list_holds(any_shop.store)] == [False, True]
    any_shop.take(_end(any_shop, second, 21))
    assert any_shop.paths().count("/shoes") == 1
    assert all(hold.released_at for hold in list_holds(any_shop.store))


def test_the_other_hold_may_end_first(shop: Shop) -> None:
    first, second = a_selection(10, "page:is:/shoes"), a_selection(11, "page:is:/shoes")
    shop.take(
        first,
        second,
    )
    shop.take(_end(shop, second, 20))
    assert [hold.held for hold in list_holds(shop.store)] == [0, 1]
    assert "/shoes" not in shop.paths()
    shop.take(_end(shop, first, 21))
    assert shop.paths().count("/shoes") == 1


def test_a_hold_outranks_a_restriction_that_was_there_before(any_shop: Shop) -> None:
    restriction, hold = a_hold(10, visitor=2), a_selection(11, "page:is:/shoes")
    any_shop.take(restriction, hold, an_erasure(12, visitor=2))
    # The restricted /checkout is erased, the held /shoes is not.
    assert any_shop.paths("held_rows") == ["/shoes"]
    any_shop.take(_end(any_shop, hold, 20))
    assert any_shop.paths("held_rows") == ["/shoes"], "still restricted"
    any_shop.take(a_release(21, visitor=2))
    assert "/shoes" not in any_shop.paths(), "erased while it was held"
    assert any_shop.paths("held_rows") == []


def test_a_restriction_goes_on_when_the_hold_beside_it_ends(shop: Shop) -> None:
    hold = a_selection(10, "page:is:/shoes")
    shop.take(hold, a_hold(11, visitor=2))
    shop.take(_end(shop, hold, 20))
    assert shop.paths("held_rows") == ["/checkout", "/shoes"]
    shop.take(a_release(21, visitor=2))
    assert shop.paths("held_rows") == []
    assert shop.paths().count("/shoes") == 1


def test_a_visitor_who_releases_ends_no_hold(shop: Shop) -> None:
    hold = a_selection(10, "page:is:/shoes")
    shop.take(hold, a_hold(11, visitor=2), a_release(12, visitor=2))
    assert shop.paths("held_rows") == ["/shoes"]
    shop.take(_end(shop, hold, 20))
    assert shop.paths("held_rows") == []


def test_each_act_is_in_the_audit_log_with_who_what_rows_and_why(shop: Shop) -> None:
    hold = a_selection(10, "page:is:/checkout")
    shop.take(hold)
    shop.take(_end(shop, hold, 20))
    rows = shop.store.rows(
        "SELECT actor, action, site, rows, purpose, detail FROM audit_rows ORDER BY at"
    )
    until = DAY + timedelta(days=90)
    assert rows == [
        ("u1", "hold", SITE, 2, "fraud: stolen coupons", f"{hold.id} until {until}, owner u1"),
        ("u2", "release", SITE, 2, "case closed", f"{hold.id}: 2 back, 0 past their time"),
    ]


def test_a_replay_keeps_a_holds_words_and_rows(shop: Shop) -> None:
    """The ledger has no words; a database that was restored has."""
    shop.take(a_selection(10, "page:is:/checkout"))
    before = the_hold(shop)
    assert b"coupons" not in (shop.data / "erasures.ledger").read_bytes()
    Clerk(shop.store, shop.data).replay_ledger()
    assert the_hold(shop) == before
    assert before.reason == "stolen coupons"


def test_a_restored_database_knows_which_of_two_holds_has_ended(shop: Shop) -> None:
    rows = shop.store.rows("SELECT * FROM event_rows")
    names = shop.store.rows(
        "SELECT name FROM system.columns WHERE database = currentDatabase()"
        " AND table = 'event_rows' ORDER BY position"
    )
    first, second = a_selection(10, "page:is:/shoes"), a_selection(11, "page:is:/shoes")
    shop.take(first, second)
    shop.take(_end(shop, first, 20))
    for table in ("event_rows", "session_rows", "held_rows", "holds", "privacy_acts"):
        shop.store.command("TRUNCATE TABLE {name:Identifier}", {"name": table})
    shop.store.insert("event_rows", [name for (name,) in names], rows)

    Clerk(shop.store, shop.data).replay_ledger()
    found = {hold.id: (hold.held, hold.released_at is None) for hold in list_holds(shop.store)}
    assert found == {first.id: (0, False), second.id: (1, True)}
    assert "/shoes" not in shop.paths()


def test_a_records_journal_form_is_read_again(tmp_path: Path) -> None:
    """As the journal and the ledger have it, and the table of holds."""
    hold = a_selection(10, "page:contains:/a|b", sessions=["7"])
    Ledger(tmp_path).note(hold, minute(1))
    [entry] = Ledger(tmp_path).entries()
    assert entry.record == msgspec.structs.replace(hold, reason="")
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(hold), type=Hold) == hold


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"kind": "restriction"}, "expected one of legal, fraud"),
        ({"reason": "  "}, "a reason of 0 characters"),
        ({"reason": "x" * 301}, "expected 1 to 300"),
        ({"ends_on": DAY}, "expected a day after"),
        ({"ends_on": DAY + timedelta(days=3654)}, "at most ten years"),
    ],
)
def test_a_hold_without_a_reason_or_an_end_is_refused(given: dict[str, Any], expected: str) -> None:
    usual: dict[str, Any] = {
        "scope": Scope(SITE, NOON, selection=Selection(DAY, DAY)),
        "kind": "legal",
        "reason": "court order 7",
        "ends_on": DAY + timedelta(days=1),
        "owner": "u1",
        "asked_by": "u1",
        "today": DAY,
    }
    assert new_hold(**usual).kind == "legal"
    with pytest.raises(HoldError, match=expected):
        new_hold(**usual | given)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"first_day": "2026-3-1"}, "expected YYYY-MM-DD"),
        ({"last_day": "2026-02-28"}, "earlier day first"),
        ({"sessions": ["-1"]}, "expected its number"),
        ({"sessions": ["18446744073709551616"]}, "expected its number"),
        ({"sessions": ["1"] * 1001}, "at most 1000"),
        ({"tests": ["city:is:Baku"]}, "FIELD is one of page, hostname"),
        ({"tests": ["page:like:x"]}, "OPERATOR one of is, is_not"),
        ({"tests": ["page:is"]}, "expected FIELD:OPERATOR:VALUE"),
        ({"tests": ["page:contains:a|"]}, "every text contains an empty one"),
        ({"tests": ["page:is:a"] * 11}, "at most 10"),
        ({"tests": ["page:is:" + "|".join(map(str, range(101)))]}, "at most 100 values"),
    ],
)
def test_a_selection_that_cannot_be_read_is_refused(given: dict[str, Any], expected: str) -> None:
    usual: dict[str, Any] = {"first_day": "2026-03-01", "last_day": "2026-03-01"}
    with pytest.raises(HoldError, match=expected):
        read_selection(**usual | given)


def test_whose_rows_they_were_is_forgotten_with_the_end(shop: Shop) -> None:
    """The days and what the rows said stay, for looking back."""
    [session] = shop.store.rows("SELECT DISTINCT session FROM event_rows WHERE visitor = 2")
    hold = a_selection(10, "page:is:/shoes", sessions=[str(session[0])])
    named = a_hold(11, visitor=1, kind="legal", reason="court order 7")
    shop.take(hold, named)
    assert {held.scope.kinds[0] for held in list_holds(shop.store)} == {"selection", "visitor"}
    shop.take(_end(shop, hold, 20), _end(shop, named, 21))
    found = {held.id: held.scope for held in list_holds(shop.store)}
    assert found[named.id].kinds == []
    selection = found[hold.id].selection
    assert selection is not None
    assert hold.scope.selection is not None
    assert selection.sessions == ()
    assert (selection.first_day, selection.tests) == (DAY, hold.scope.selection.tests)


def test_an_end_needs_a_hold_that_goes_on(shop: Shop) -> None:
    hold = a_selection(10, "page:is:/shoes")
    shop.take(hold, a_hold(11, visitor=3))
    for number in ("", "x", new_id(), *(h.id for h in list_holds(shop.store) if not h.reason)):
        with pytest.raises(HoldError, match="footfall privacy hold list"):
            find_hold(shop.store, number)
    shop.take(_end(shop, hold, 20))
    with pytest.raises(HoldError, match="ended on"):
        _end(shop, hold, 21)


def test_a_hold_tells_how_long_it_goes_on(shop: Shop) -> None:
    shop.take(a_selection(10, "page:is:/shoes"))
    found = the_hold(shop)
    assert (found.days_left(DAY), found.is_over(DAY)) == (90, False)
    last = DAY + timedelta(days=90)
    assert (found.days_left(last), found.is_over(last)) == (0, False)
    assert found.is_over(last + timedelta(days=1))
    assert isinstance(found.ends_on, date)


def _end(shop: Shop, hold: Hold, at: float) -> Release:
    """Return the end of a hold that a person asks for."""
    found = find_hold(shop.store, hold.id)
    now = minute(at)
    return new_end(found, reason="case closed", asked_by="u2", policy=POLICY, today=DAY, now=now)
