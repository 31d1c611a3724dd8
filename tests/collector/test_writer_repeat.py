"""Repeats: an insert that may have been made counts once, whatever the engine noted of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from collector.event import Drop, Event
from collector.journal.frames import decode_frames
from collector.journal.quarantine import MOST_FILES, prune_quarantine
from collector.writer.writer import Writer
from schema import Store, StoreError, statement
from schema.statements import split_statements
from tests.collector.journals import FaultyStore, an_event, append, minute

FEBRUARY = {"day": datetime(2026, 2, 28, tzinfo=UTC).date(), "visitor": 2}


def failing(store: Store, folder: Path, when: str, records: Sequence[Event | Drop]) -> Writer:
    """Return a writer whose first batch is `records`, and whose insert failed."""
    faulty = FaultyStore(store)
    faulty.faults = [("event_rows", when)]
    append(folder / "journal", records)
    writer = Writer(faulty, folder / "journal", folder / "checkpoint.json")
    with pytest.raises(StoreError):
        writer.step()
    return writer


def settle(writer: Writer) -> None:
    """Step until nothing is left, as `run` does over errors."""
    for _ in range(10):
        try:
            if not writer.step():
                return
        except StoreError:
            continue
    raise AssertionError("the writer did not come to an end")


def again(folder: Path, store: Store) -> Writer:
    return Writer(store, folder / "journal", folder / "checkpoint.json")


def counted(store: Store) -> list[tuple[Any, ...]]:
    return store.rows("SELECT path, count() FROM event_rows GROUP BY path ORDER BY path")


def sessions(store: Store) -> list[tuple[Any, ...]]:
    return store.rows(
        "SELECT visitor, pageviews, events, entry_path, duration_s FROM sessions ORDER BY visitor"
    )


RECORDS = [
    an_event(minute(0), path="/a"),
    an_event(minute(1), path="/b"),
    an_event(minute(2), path="/c", **FEBRUARY),
]
STORED = [("/a", 1), ("/b", 1), ("/c", 1)]
SESSIONS = [(1, 2, 2, "/a", 60), (2, 1, 1, "/c", 0)]


@pytest.mark.parametrize("restart", [False, True])
def test_rows_whose_token_a_power_cut_took_are_not_inserted_again(
    store: Store, tmp_path: Path, *, restart: bool
) -> None:
    writer = failing(store, tmp_path, "forgotten", RECORDS)
    settle(again(tmp_path, store) if restart else writer)
    assert counted(store) == STORED
    assert sessions(store) == SESSIONS


@pytest.mark.parametrize("restart", [False, True])
def test_a_token_whose_rows_a_kill_took_does_not_lose_them(
    store: Store, tmp_path: Path, *, restart: bool
) -> None:
    """The engine notes the token first and names the part after."""
    writer = failing(store, tmp_path, "after", RECORDS)
    for table in ("event_rows", "session_rows"):
        store.command("DELETE FROM {table:Identifier} WHERE visitor = 1", {"table": table})
    settle(again(tmp_path, store) if restart else writer)
    assert counted(store) == STORED
    assert sessions(store) == SESSIONS


def test_sessions_whose_rows_alone_were_taken_are_made_again(store: Store, tmp_path: Path) -> None:
    writer = failing(store, tmp_path, "after", RECORDS)
    store.command("DELETE FROM session_rows WHERE visitor = 1")
    settle(writer)
    assert sessions(store) == SESSIONS


def test_sessions_are_made_again_as_the_view_makes_them() -> None:
    """Both texts are one query, but for which events they are about."""
    _, view = split_statements(statement("schema.migrations", "0002_create_sessions"))
    made = statement("schema.queries", "make_sessions")
    of_view, of_query = (text[text.index("SELECT") :].split() for text in (view, made))
    source = of_view.index("FROM")
    assert of_query[:source] == of_view[:source]
    assert " ".join(of_view).endswith("GROUP BY site, day, session")
    assert " GROUP BY site, day, session HAVING " in " ".join(of_query)


def test_an_event_that_the_store_always_refuses_goes_aside_and_holds_up_nothing(
    store: Store, tmp_path: Path
) -> None:
    """UInt8 cannot hold 1000; also across a restart between two tries."""
    root = tmp_path / "journal"
    poison = an_event(minute(1), path="/poison", scroll_depth=1000)
    good = [an_event(minute(at), path=f"/{at}") for at in (2, 3, 4)]
    append(root, [an_event(minute(0), path="/0"), poison, *good])
    with pytest.raises(StoreError, match="column"):
        again(tmp_path, store).step()
    writer = again(tmp_path, store)
    settle(writer)
    append(root, [an_event(minute(5), path="/5")])
    settle(writer)
    assert counted(store) == [(f"/{at}", 1) for at in (0, 2, 3, 4, 5)]
    (aside,) = root.glob("*.quarantine")
    (frame,) = decode_frames(aside.read_bytes(), 0, 2)[0]
    assert frame.record == poison
    assert writer.refused_count == 1
    assert store.rows("EXISTS TABLE event_trial") == [(0,)]


def test_no_event_is_blamed_for_a_store_that_is_down(store: Store, tmp_path: Path) -> None:
    """Three trials fail, down to one event and then a plain one: the store takes nothing."""
    faulty = FaultyStore(store)
    faulty.faults = [("event_rows", "before")] * 2 + [("event_trial", "before")] * 3
    append(tmp_path / "journal", RECORDS)
    writer = again(tmp_path, faulty)
    for _ in range(3):
        with pytest.raises(StoreError):
            writer.step()
    assert faulty.faults == []
    settle(writer)
    assert counted(store) == STORED
    assert list((tmp_path / "journal").glob("*.quarantine")) == []


def test_the_quarantine_stays_small(tmp_path: Path) -> None:
    for number in range(MOST_FILES + 3):
        (tmp_path / f"{number}.quarantine").touch()
    prune_quarantine(tmp_path)
    assert len(list(tmp_path.iterdir())) == MOST_FILES
