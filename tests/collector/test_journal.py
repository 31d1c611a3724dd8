"""Journal: what was answered 202 is on the disk and comes out again; what was not is not kept."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from collector.errors import JournalError
from collector.event import Drop, Event
from collector.journal.frames import encode_frame
from collector.journal.journal import (
    Journal,
    Position,
    read_synced,
    segment_path,
    segment_sequences,
)
from collector.journal.quarantine import QUARANTINE_SUFFIX
from collector.journal.reader import delete_segments, read_batch, read_range
from collector.journal.room import Limits
from tests.collector.journals import a_drop, an_event, append, minute
from tests.installation import wait_until

REPOSITORY = Path(__file__).parents[2]
FRAME_BYTES = len(encode_frame(an_event(visitor=100)))


def numbered(first: int, count: int) -> list[Event]:
    """Return events told apart by their visitor, all of one size."""
    return [an_event(minute(number), visitor=number) for number in range(first, first + count)]


def visitors(root: Path, limit: int = 10**6) -> list[int]:
    """Return the visitors of every event that a reader sees, in its order."""
    seen: list[int] = []
    at: dict[str, Position] = {}
    while (batch := read_batch(root, at, limit)) is not None:
        seen += [record.visitor for record in batch.records if isinstance(record, Event)]
        at = dict(batch.end)
    return seen


def newest_segment(root: Path) -> Path:
    return segment_path(root / "0", segment_sequences(root / "0")[-1])


@pytest.fixture
def counted_syncs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the syncs of data that really happen."""
    syncs: list[int] = []
    sync = os.fdatasync

    def counting(descriptor: int) -> None:
        syncs.append(descriptor)
        sync(descriptor)

    monkeypatch.setattr(os, "fdatasync", counting)
    return syncs


def test_beacons_that_wait_share_a_sync(tmp_path: Path, counted_syncs: list[int]) -> None:
    async def run() -> None:
        journal = Journal(tmp_path / "0")
        await asyncio.gather(*(journal.append([event]) for event in numbered(100, 200)))
        await journal.close()

    asyncio.run(run())
    assert visitors(tmp_path) == list(range(100, 300))
    assert 1 <= len(counted_syncs) <= 20


def test_closing_makes_safe_what_waits_and_refuses_what_comes_after(tmp_path: Path) -> None:
    async def run() -> None:
        journal = Journal(tmp_path / "0")
        waiting = [journal.append([event]) for event in numbered(100, 50)]
        await journal.close()
        await asyncio.gather(*waiting)
        assert not journal.healthy
        with pytest.raises(JournalError, match="closed"):
            await journal.append([a_drop()])

    asyncio.run(run())
    assert visitors(tmp_path) == list(range(100, 150))


def test_a_torn_record_is_cut_and_the_next_run_goes_on(tmp_path: Path) -> None:
    append(tmp_path, numbered(100, 3))
    segment = newest_segment(tmp_path)
    whole = segment.read_bytes()
    segment.write_bytes(whole + encode_frame(an_event())[:-1])
    append(tmp_path, numbered(103, 2))
    assert segment.read_bytes() == whole
    assert visitors(tmp_path) == [100, 101, 102, 103, 104]
    assert list((tmp_path / "0").glob(f"*{QUARANTINE_SUFFIX}")) == []


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_damaged_record_is_set_aside_and_the_rest_is_read(tmp_path: Path, at: int) -> None:
    """In the segment's beginning, middle and end; later segments are there."""
    append(tmp_path, numbered(100, 3))
    segment = newest_segment(tmp_path)
    append(tmp_path, numbered(103, 1))
    data = bytearray(segment.read_bytes())
    data[at * FRAME_BYTES + FRAME_BYTES // 2] ^= 0xFF
    segment.write_bytes(data)
    expected = [100, 101, 102, 103]
    del expected[at]
    for _ in range(2):
        assert visitors(tmp_path) == expected
        (aside,) = (tmp_path / "0").glob(f"*{QUARANTINE_SUFFIX}")
        assert aside.read_bytes() == bytes(data[at * FRAME_BYTES : (at + 1) * FRAME_BYTES])


def test_records_behind_more_damage_than_is_read_at_once_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.journal.reader._CHUNK_BYTES", 2 * FRAME_BYTES)
    append(tmp_path, numbered(100, 20))
    segment = newest_segment(tmp_path)
    append(tmp_path, numbered(120, 1))
    data = segment.read_bytes()
    segment.write_bytes(data[:FRAME_BYTES] + bytes(10 * FRAME_BYTES) + data[11 * FRAME_BYTES :])
    assert visitors(tmp_path, 3) == [100, *range(111, 121)]


def test_a_reader_sees_only_what_is_safe(tmp_path: Path) -> None:
    append(tmp_path, numbered(100, 2))
    safe = read_synced(tmp_path / "0")
    with newest_segment(tmp_path).open("ab") as file:
        file.write(encode_frame(an_event(visitor=666)))
    assert safe == Position(1, 2 * FRAME_BYTES)
    assert visitors(tmp_path) == [100, 101]


def test_segments_turn_and_are_read_in_order(tmp_path: Path) -> None:
    async def run() -> None:
        journal = Journal(tmp_path / "0", segment_bytes=3 * FRAME_BYTES)
        for event in numbered(100, 10):
            await journal.append([event])
        await journal.close()

    asyncio.run(run())
    assert segment_sequences(tmp_path / "0") == [1, 2, 3, 4]
    for limit in (1, 2, 3, 4, 100):
        assert visitors(tmp_path, limit) == list(range(100, 110))


def test_a_range_read_again_is_the_same_batch(tmp_path: Path) -> None:
    append(tmp_path, numbered(100, 6), slot="a")
    append(tmp_path, numbered(100, 6), slot="b")
    first = read_batch(tmp_path, {}, 2)
    assert first is not None
    second = read_batch(tmp_path, first.end, 3)
    assert second is not None
    backwards = dict(sorted(second.end.items(), reverse=True))
    again = read_range(tmp_path, first.end, backwards)
    assert again is not None
    assert (again.records, again.token) == (second.records, second.token)
    assert first.token != second.token


def test_only_read_and_old_segments_are_deleted(tmp_path: Path) -> None:
    for number in range(4):
        append(tmp_path, numbered(100 + number, 1))
        os.utime(newest_segment(tmp_path), (number, number))
    batch = read_batch(tmp_path, {}, 3)
    assert batch is not None
    assert batch.end["0"].segment == 3
    delete_segments(tmp_path, batch.end, 0.5)
    assert segment_sequences(tmp_path / "0") == [2, 3, 4]
    delete_segments(tmp_path, batch.end, 2)
    assert segment_sequences(tmp_path / "0") == [3, 4]
    # The third was read to its end, and nothing comes behind that: the fourth is begun.
    delete_segments(tmp_path, batch.end, 99)
    assert segment_sequences(tmp_path / "0") == [4]


_APPEND_UNTIL_FULL = """
import asyncio, resource, sys
from pathlib import Path
from collector.errors import JournalError
from collector.journal.journal import Journal
from tests.collector.journals import an_event

async def run(root):
    journal = Journal(root / "0")
    taken, refused = 0, 0
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_001, limits[1]))
    while refused < 3:
        try:
            await journal.append([an_event(visitor=100 + taken)] * 5)
            taken += 1
        except JournalError:
            refused += 1
            assert not journal.healthy
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    await journal.append([an_event(visitor=1)])
    assert journal.healthy
    await journal.close()
    print(taken)

asyncio.run(run(Path(sys.argv[1])))
"""


def test_a_file_with_no_room_refuses_keeps_nothing_of_it_and_recovers(tmp_path: Path) -> None:
    """A write that ends half way in a record, as on a full disk, and then there is room again."""
    finished = subprocess.run(
        [sys.executable, "-c", _APPEND_UNTIL_FULL, str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
    )
    taken = int(finished.stdout.splitlines()[-1])
    assert taken == 60_001 // (5 * FRAME_BYTES)
    kept = [100 + number for number in range(taken) for _ in range(5)]
    assert visitors(tmp_path) == [*kept, 1]


def test_a_segment_that_could_not_be_begun_is_begun_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Path) -> None:
        raise OSError(5, "Input/output error")

    async def run() -> None:
        journal = Journal(tmp_path / "0", segment_bytes=FRAME_BYTES)
        await journal.append(numbered(100, 1))
        with monkeypatch.context() as patched:
            patched.setattr("collector.journal.journal.sync_directory", fail)
            with pytest.raises(JournalError):
                await journal.append(numbered(101, 1))
        await journal.append(numbered(102, 1))
        await journal.close()

    asyncio.run(run())
    assert visitors(tmp_path) == [100, 102]


_APPEND_FOR_EVER = """
import asyncio, sys
from pathlib import Path
from collector.journal.journal import Journal
from tests.collector.journals import an_event, minute

async def run(root, number):
    journal = Journal(root / "0", segment_bytes=20_000)
    while True:
        batch = [an_event(minute(number + more), visitor=number + more) for more in range(3)]
        await asyncio.gather(*(journal.append([event]) for event in batch))
        number += 3
        sys.stdout.write(f"{number}\\n")
        sys.stdout.flush()

asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2])))
"""


def test_twenty_kills_lose_nothing_that_was_answered(tmp_path: Path) -> None:
    number = 1
    answered: set[int] = set()
    for kill in range(20):
        child = subprocess.Popen(
            [sys.executable, "-c", _APPEND_FOR_EVER, str(tmp_path), str(number)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )
        assert child.stdout is not None
        for _ in range(1 + 7 * kill):
            assert child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        lines = child.stdout.read().splitlines(keepends=True)
        child.wait()
        child.stdout.close()
        told = [int(line) for line in lines if line.endswith("\n")]
        last = max(told, default=number + 3 * (1 + 7 * kill))
        answered |= set(range(number, last))
        number = last + 1000
    append(tmp_path, [a_drop(minute(10**6))])
    seen = visitors(tmp_path)
    assert len(seen) == len(set(seen))
    assert answered <= set(seen)


def test_a_journal_holds_events_and_drops_in_order(tmp_path: Path) -> None:
    records: list[Event | Drop] = [a_drop(minute(0)), an_event(minute(1)), a_drop(minute(2))]
    append(tmp_path, records)
    batch = read_batch(tmp_path, {}, 10)
    assert batch is not None
    assert batch.records == records


def answers(root: Path, limits: Limits, counts: int) -> list[str]:
    """Append `counts` times ten events; return "" or the error of each."""
    told: list[str] = []

    async def run() -> None:
        journal = Journal(root / "0", limits=limits)
        for _ in range(counts):
            try:
                await journal.append(numbered(100, 10))
                told.append("")
            except JournalError as error:
                told.append(str(error))
        assert journal.healthy == (told[-1] == "")
        assert journal.refused.total() == sum(bool(error) for error in told)
        await journal.close()

    asyncio.run(run())
    return told


def test_a_journal_at_its_limit_refuses_and_takes_again_when_the_writer_made_room(
    tmp_path: Path,
) -> None:
    """Ten events fit three times; other collectors' journals count too."""
    limits = Limits(journal_bytes=35 * FRAME_BYTES, reserve_bytes=0)
    assert answers(tmp_path, limits, 4) == ["", "", "", "the journal has no room: journal_limit"]
    append(tmp_path, numbered(100, 10), slot="1")
    segment_path(tmp_path / "0", 1).unlink()
    assert answers(tmp_path, limits, 3) == ["", "", "the journal has no room: journal_limit"]
    assert len(visitors(tmp_path)) == 30


def test_a_disk_nearly_full_is_left_to_the_store(tmp_path: Path) -> None:
    everything = Limits(reserve_bytes=2**62)
    assert answers(tmp_path, everything, 1) == ["the journal has no room: disk_reserve"]
    assert visitors(tmp_path) == []


def test_a_journal_without_room_recovers_by_itself(tmp_path: Path) -> None:
    """A balancer sends no beacon to a collector that says it is not well."""
    append(tmp_path, numbered(100, 10), slot="1")

    async def run() -> None:
        # Room for what it tries with, and not beside the other journal.
        journal = Journal(tmp_path / "0", limits=Limits(journal_bytes=4096, reserve_bytes=0))
        with pytest.raises(JournalError):
            await journal.append(numbered(100, 30))
        segment_path(tmp_path / "1", 1).unlink()
        await asyncio.to_thread(wait_until, lambda: journal.healthy, 10)
        await journal.close()

    asyncio.run(run())
    assert visitors(tmp_path) == []


def test_two_processes_do_not_write_one_journal(tmp_path: Path) -> None:
    async def run() -> None:
        journal = Journal(tmp_path / "0")
        with pytest.raises(JournalError, match="another process"):
            Journal(tmp_path / "0")
        await journal.close()

    asyncio.run(run())
