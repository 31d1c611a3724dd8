"""A wish is carried out once all that came before it is stored, and before anything after it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from collector.journal.frames import JournalRecord, encode_frame
from collector.journal.journal import Journal, Position, segment_sequences
from collector.journal.reader import Batch, read_batch, read_range
from collector.journal.wishes import append_wish, forget_refused, set_undone, take_undone
from privacy.records import Erasure, Request, new_id
from privacy.scope import Scope
from tests.collector.journals import an_event, append, minute
from tests.installation import wait_until

SITE = "shop.example"


def a_wish(at: float, visitor: int = 1) -> Erasure:
    scope = Scope(SITE, minute(at), visitor, minute(at).date())
    return Erasure(id=new_id(), received_at=minute(at), scope=scope)


def read_all(root: Path, limit: int = 100) -> list[list[JournalRecord]]:
    """Return the records of every batch, checking that each is the same when read again."""
    found: list[list[JournalRecord]] = []
    at: dict[str, Position] = {}
    while (batch := read_batch(root, at, limit)) is not None:
        assert of(read_range(root, batch.begin, batch.end)) == of(batch)
        found.append(of(batch))
        at = dict(batch.end)
    return found


def of(batch: Batch | None) -> list[JournalRecord]:
    assert batch is not None
    return list(batch.records) if batch.wish is None else [batch.wish]


def test_a_wish_parts_what_came_before_from_what_came_after(tmp_path: Path) -> None:
    first, second = a_wish(2), a_wish(4)
    events = [an_event(minute(at)) for at in (0, 1, 3, 5)]
    append(tmp_path, [*events[:2], first, events[2], second, events[3]])
    assert read_all(tmp_path) == [events[:2], [first], [events[2]], [second], [events[3]]]


def test_other_collectors_events_keep_their_side_of_it(tmp_path: Path) -> None:
    wish = a_wish(2)
    own = [an_event(minute(1)), an_event(minute(3))]
    others = [an_event(minute(at), visitor=2) for at in (0, 1.9, 2.1, 4)]
    append(tmp_path, [own[0], wish, own[1]], slot="a")
    append(tmp_path, others, slot="b")
    assert read_all(tmp_path) == [
        [others[0], own[0], others[1]],
        [wish],
        [others[2], own[1], others[3]],
    ]


def test_the_earliest_of_several_collectors_wishes_comes_first(tmp_path: Path) -> None:
    early, late = a_wish(1), a_wish(2)
    append(tmp_path, [late, an_event(minute(5))], slot="a")
    append(tmp_path, [early, an_event(minute(1.5))], slot="b")
    assert read_all(tmp_path) == [
        [early],
        [an_event(minute(1.5))],
        [late],
        [an_event(minute(5))],
    ]


def test_a_clock_that_went_back_holds_nothing_up(tmp_path: Path) -> None:
    wish = a_wish(1)
    append(tmp_path, [an_event(minute(9)), wish, an_event(minute(2))], slot="a")
    append(tmp_path, [an_event(minute(8), visitor=2)], slot="b")
    batches = read_all(tmp_path, limit=1)
    assert [wish] in batches
    assert batches.index([an_event(minute(9))]) < batches.index([wish])
    assert sum(map(len, batches)) == 4


def test_commands_add_wishes_beside_each_other(tmp_path: Path) -> None:
    wishes = [a_wish(1), a_wish(2), a_wish(3)]
    for wish in wishes:
        append_wish(tmp_path, wish)
    slot = tmp_path / "commands"
    assert segment_sequences(slot) == [1, 2, 3]
    assert read_all(tmp_path) == [[wish] for wish in wishes]


def test_a_wish_that_could_not_be_done_comes_again(tmp_path: Path) -> None:
    request = Request(
        id=new_id(), received_at=minute(1), site=SITE, kind="question", due=minute(1).date()
    )
    set_undone(tmp_path, request)
    assert take_undone(tmp_path) == 1
    assert take_undone(tmp_path) == 0
    assert read_all(tmp_path) == [[request]]


def test_an_erasure_takes_what_the_store_refused_of_its_visitor(tmp_path: Path) -> None:
    for number, event in enumerate([an_event(minute(0)), an_event(minute(0), visitor=2)]):
        (tmp_path / f"refused-{number}.quarantine").write_bytes(encode_frame(event))
    forget_refused(tmp_path, a_wish(1))
    assert [path.name for path in tmp_path.glob("*.quarantine")] == ["refused-1.quarantine"]


def test_a_quiet_journal_finishes_its_segment_in_time(tmp_path: Path) -> None:
    """Else what was erased would lie in it until it is full."""

    async def run() -> list[int]:
        journal = Journal(tmp_path / "0", segment_age_s=0.2)
        await journal.append([an_event()])
        await asyncio.to_thread(wait_until, lambda: len(segment_sequences(tmp_path / "0")) == 2, 5)
        await journal.append([an_event()])
        await journal.close()
        return segment_sequences(tmp_path / "0")

    assert asyncio.run(run()) == [1, 2]
    assert read_all(tmp_path) == [[an_event(), an_event()]]
