"""Writer: what was answered 202 is in the store once, whatever fails in between."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from collector.event import Event
from collector.journal.reader import read_batch
from collector.writer.writer import Writer
from schema import Store, StoreError, statement
from schema.statements import split_statements
from tests.collector.journals import FaultyStore, a_drop, an_event, append, minute


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def a_writer(store: Store, root: Path) -> Writer:
    """Return a writer as after a start of the store process, on the same files."""
    return Writer(store, root, root.parent / "checkpoint.json")


def drain(writer: Writer, **limits: int) -> None:
    while writer.step(**limits):
        pass


def paths(store: Store) -> list[str]:
    return [path for (path,) in store.rows("SELECT path FROM events ORDER BY path")]


def sessions(store: Store) -> list[tuple[Any, ...]]:
    """Return visitor, pageviews, events, entry, exit and length of each session, oldest first."""
    return store.rows(
        "SELECT visitor, pageviews, events, entry_path, exit_path, duration_s FROM sessions"
        " ORDER BY visitor, started_at"
    )


def dropped(store: Store) -> dict[str, int]:
    return dict(store.rows("SELECT reason, sum(count) FROM dropped GROUP BY reason"))


def test_every_field_of_an_event_reaches_its_column(store: Store, root: Path) -> None:
    at = minute(0).replace(microsecond=987_654)
    append(
        root,
        [
            an_event(
                at,
                time=at - timedelta(seconds=1),
                visitor=2**64 - 1,
                page_id=2**63,
                props={"size": "XL", "colour": "blä"},
                revenue=Decimal("12.5"),
                currency="AZN",
                interactive=False,
                engaged_ms=7,
                scroll_depth=100,
                lcp_ms=1,
                cls=0.25,
                consent_id=9,
            )
        ],
    )
    drain(a_writer(store, root))
    (row,) = store.records("SELECT * FROM event_rows")
    expected = {
        "time": at.replace(microsecond=987_000) - timedelta(seconds=1),
        "received_at": at.replace(microsecond=0),
        "visitor": 2**64 - 1,
        "page_id": 2**63,
        "starts": True,
        "props": {"size": "XL", "colour": "blä"},
        "revenue": Decimal("12.5"),
        "currency": "AZN",
        "interactive": False,
        "engaged_ms": 7,
        "scroll_depth": 100,
        "lcp_ms": 1,
        "fcp_ms": None,
        "cls": 0.25,
        "consent_id": 9,
    }
    assert {name: row[name] for name in expected} == expected


def test_a_visitors_events_are_one_session_until_half_an_hour_passes(
    store: Store, root: Path
) -> None:
    append(root, [an_event(minute(at), path=f"/{at}") for at in (0, 29.9, 59.8, 89.8)])
    drain(a_writer(store, root))
    assert sessions(store) == [
        (1, 3, 3, "/0", "/59.8", 3588),
        (1, 1, 1, "/89.8", "/89.8", 0),
    ]


def test_a_session_goes_on_after_a_restart(store: Store, root: Path) -> None:
    append(root, [an_event(minute(0), path="/a")])
    drain(a_writer(store, root))
    append(root, [an_event(minute(29), path="/b")])
    drain(a_writer(store, root))
    append(root, [an_event(minute(60), path="/c")])
    drain(a_writer(store, root))
    assert sessions(store) == [(1, 2, 2, "/a", "/b", 1740), (1, 1, 1, "/c", "/c", 0)]


def test_milliseconds_count_the_same_after_a_restart(store: Store, root: Path) -> None:
    """The store keeps milliseconds; what it forgets must not decide about a session."""
    begun = minute(0).replace(microsecond=999)
    follows = minute(30).replace(microsecond=500)
    for number, restart in enumerate((False, True)):
        writer = a_writer(store, root)
        append(root, [an_event(begun, visitor=number + 1)])
        drain(writer)
        append(root, [an_event(follows, visitor=number + 1)])
        drain(a_writer(store, root) if restart else writer)
    assert [row[:2] for row in sessions(store)] == [(1, 1), (1, 1), (2, 1), (2, 1)]


def test_an_engagement_lengthens_its_session_and_opens_none(store: Store, root: Path) -> None:
    append(
        root,
        [
            an_event(minute(0), visitor=2, name="engagement"),
            an_event(minute(1), visitor=2),
            an_event(minute(3), visitor=2, name="engagement", path="/else"),
            an_event(minute(4), visitor=0, name="engagement"),
            an_event(minute(5), visitor=0),
        ],
    )
    drain(a_writer(store, root))
    assert sessions(store) == [(2, 1, 1, "/", "/", 120)]
    assert dropped(store) == {"no_session": 2}
    assert store.value("SELECT count() FROM events") == 3


def test_a_repeat_counts_once_also_across_a_restart(store: Store, root: Path) -> None:
    append(root, [an_event(minute(0), resend_id=7), an_event(minute(1), resend_id=7)])
    drain(a_writer(store, root))
    append(root, [an_event(minute(9), resend_id=7), an_event(minute(20), resend_id=7)])
    drain(a_writer(store, root))
    assert store.value("SELECT count() FROM events") == 2
    assert dropped(store) == {"duplicate": 2}


def test_visitors_of_two_collectors_come_in_the_order_of_time(store: Store, root: Path) -> None:
    append(root, [an_event(minute(at), path=f"/{at}") for at in (0, 40)], slot="0")
    append(root, [an_event(minute(at), path=f"/{at}") for at in (20, 60)], slot="1")
    drain(a_writer(store, root), limit=1)
    assert sessions(store) == [(1, 4, 4, "/0", "/60", 3600)]


def test_a_full_collector_does_not_let_another_run_ahead(root: Path) -> None:
    append(root, [an_event(minute(at)) for at in range(10)], slot="0")
    append(root, [an_event(minute(at)) for at in (0.5, 5.5)], slot="1")
    batch = read_batch(root, {}, 3)
    assert batch is not None
    assert [record.received_at for record in batch.records] == [minute(at) for at in (0, 0.5, 1, 2)]


def test_records_out_of_order_in_a_journal_are_all_taken(store: Store, root: Path) -> None:
    """Two beacons of one moment may be appended the other way round."""
    append(root, [an_event(minute(at), path=f"/a{at}") for at in (1, 5, 4, 9, 8)], slot="0")
    append(root, [an_event(minute(at), path=f"/b{at}") for at in (2, 7, 3, 6)], slot="1")
    # Then 99 is behind what may be taken, and 3 stands behind it.
    writer = a_writer(store, root)
    writer.step(limit=2)
    append(root, [an_event(minute(at), path=f"/c{at}") for at in (2, 99, 3)], slot="2")
    drain(writer, limit=3)
    assert paths(store) == [
        "/a1",
        "/a4",
        "/a5",
        "/a8",
        "/a9",
        "/b2",
        "/b3",
        "/b6",
        "/b7",
        "/c2",
        "/c3",
        "/c99",
    ]


@pytest.mark.parametrize("table", ["dropped_rows", "event_rows"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("restart", [False, True])
def test_an_insert_that_failed_or_only_seemed_to_counts_once(
    store: Store, root: Path, table: str, when: str, *, restart: bool
) -> None:
    """One batch over two months, with a drop that the batch's own sessions decide."""
    faulty = FaultyStore(store)
    writer = a_writer(faulty, root)
    append(root, [an_event(minute(0), visitor=3, path="/early")])
    drain(writer)
    last_month = {"day": datetime(2026, 2, 28, tzinfo=UTC).date(), "visitor": 2}
    append(
        root,
        [
            an_event(minute(1), name="engagement", visitor=1),
            an_event(minute(2), path="/a", resend_id=5),
            an_event(minute(3), path="/b"),
            an_event(minute(3), path="/b", resend_id=5),
            an_event(minute(4), path="/c", **last_month),
            an_event(minute(29), visitor=3, path="/late"),
            a_drop(minute(5)),
        ],
    )
    faulty.faults = [(table, when)]
    with pytest.raises(StoreError):
        drain(writer)
    if restart:
        writer = a_writer(faulty, root)
    drain(writer)
    append(root, [an_event(minute(31), path="/d"), an_event(minute(58), visitor=3, path="/e")])
    drain(writer)
    assert paths(store) == ["/a", "/b", "/c", "/d", "/e", "/early", "/late"]
    assert dropped(store) == {"bot": 1, "duplicate": 1, "no_session": 1}
    assert sessions(store) == [
        (1, 3, 3, "/a", "/d", 1740),
        (2, 1, 1, "/c", "/c", 0),
        (3, 3, 3, "/early", "/e", 3480),
    ]


def test_a_crash_between_events_and_their_sessions_loses_no_session(
    store: Store, root: Path
) -> None:
    """As if the process ended when the first of two months' parts was there, and no view yet."""
    february = {"day": datetime(2026, 2, 28, tzinfo=UTC).date(), "visitor": 2}
    append(root, [an_event(minute(0), path="/a"), an_event(minute(1), path="/b", **february)])
    store.command("DROP VIEW session_rows_from_events")
    faulty = FaultyStore(store)
    faulty.faults = [("event_rows", "after")]
    with pytest.raises(StoreError):
        drain(a_writer(faulty, root))
    store.command("ALTER TABLE event_rows DROP PARTITION 202602")
    _, view = split_statements(statement("schema.migrations", "0002_create_sessions"))
    store.command(view)
    drain(a_writer(store, root))
    append(root, [an_event(minute(10), path="/c")])
    drain(a_writer(store, root))
    assert paths(store) == ["/a", "/b", "/c"]
    assert sessions(store) == [(1, 2, 2, "/a", "/c", 600), (2, 1, 1, "/b", "/b", 0)]


def test_nothing_is_inserted_before_its_plan_is_on_the_disk(store: Store, tmp_path: Path) -> None:
    root, plans = tmp_path / "journal", tmp_path / "plans"
    plans.mkdir()
    writer = Writer(store, root, plans / "checkpoint.json")
    writer.start()
    append(root, [an_event(resend_id=4)])
    plans.rename(tmp_path / "away")
    for _ in range(2):
        with pytest.raises(OSError, match="plans"):
            writer.step()
    assert paths(store) == []
    (tmp_path / "away").rename(plans)
    drain(writer)
    assert paths(store) == ["/"]


def test_equal_ranges_of_two_journals_are_two_batches(store: Store, tmp_path: Path) -> None:
    """Two machines with one server, or a data directory begun again."""
    for place in ("one", "two"):
        append(tmp_path / place / "journal", [an_event()])
        drain(a_writer(store, tmp_path / place / "journal"))
    assert store.value("SELECT count() FROM events") == 2


def test_a_plan_that_was_carried_out_is_not_kept_to_be_repeated(store: Store, root: Path) -> None:
    """The store remembers a thousand tokens; an import may push the last batch's out."""
    append(root, [an_event()])
    drain(a_writer(store, root))
    store.command("TRUNCATE TABLE event_rows")
    drain(a_writer(store, root))
    assert paths(store) == []


def test_events_sent_late_join_the_session_of_their_time(store: Store, root: Path) -> None:
    def late(at: float, told_at: float, path: str) -> Event:
        return an_event(minute(told_at), time=minute(at), path=path, name="Order paid")

    append(root, [an_event(minute(at), path=f"/{at}") for at in (0, 10, 120)])
    drain(a_writer(store, root))
    append(root, [late(20, 240, "/in-first"), late(60, 241, "/alone"), late(125, 242, "/last")])
    drain(a_writer(store, root))
    append(root, [late(70, 300, "/with-alone"), late(25, 301, "/in-first-too")])
    drain(a_writer(store, root))
    assert sessions(store) == [
        (1, 2, 4, "/0", "/10", 1500),
        (1, 0, 2, "/alone", "", 600),
        (1, 1, 2, "/120", "/120", 300),
    ]


def test_an_event_a_little_late_finds_a_session_that_ended_a_while_ago(
    store: Store, root: Path
) -> None:
    """Told 25 minutes after it happened, 20 minutes after its session's end: 45 in all."""
    writer = a_writer(store, root)
    append(root, [an_event(minute(0), path="/a"), an_event(minute(44), visitor=2)])
    drain(writer)
    append(root, [an_event(minute(45), time=minute(20), path="/b")])
    drain(writer)
    assert sessions(store) == [(1, 2, 2, "/a", "/b", 1200), (2, 1, 1, "/", "/", 0)]


def test_read_segments_go_when_no_repeat_can_need_them(store: Store, root: Path) -> None:
    writer = a_writer(store, root)
    for at in (0, 8, 20):
        append(root, [an_event(minute(at))])
        newest = max((root / "0").glob("*.journal"))
        os.utime(newest, (minute(at).timestamp(), minute(at).timestamp()))
    unread = max((root / "0").glob("*.journal"))
    assert writer.step(limit=1) == 1
    assert len(list((root / "0").glob("*.journal"))) == 3
    drain(writer)
    assert list((root / "0").glob("*.journal")) == [unread]


def test_a_value_the_store_cannot_hold_is_an_error_to_try_again(store: Store, root: Path) -> None:
    append(root, [an_event(scroll_depth=1000)])
    with pytest.raises(StoreError, match="column"):
        a_writer(store, root).step()


def test_a_stop_takes_what_is_left_and_a_store_that_is_down_is_survived(
    store: Store, root: Path
) -> None:
    faulty = FaultyStore(store)
    faulty.faults = [("event_rows", "before"), ("event_rows", "after")]
    writer, stop = a_writer(faulty, root), threading.Event()
    thread = threading.Thread(target=writer.run, args=(stop,))
    append(root, [an_event(minute(0), path="/a")])
    thread.start()
    limit_s = time.monotonic() + 60
    while faulty.faults or not paths(store):
        assert time.monotonic() < limit_s
        time.sleep(0.01)
    append(root, [an_event(minute(1), path="/b")])
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert paths(store) == ["/a", "/b"]
    assert writer.caught_up_at is not None
