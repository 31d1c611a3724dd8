"""Written segments: a whole journal at once is read as any other, and not before it is whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from collector.event import Drop
from collector.journal.journal import Position, read_synced, segment_path, write_segments
from collector.journal.reader import delete_segments, read_batch

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _drops(count: int, reason: str = "bot") -> list[Drop]:
    return [
        Drop(
            site="shop.example",
            received_at=NOON + timedelta(minutes=number),
            reason="bot",
            detail=f"{reason} {number}",
        )
        for number in range(count)
    ]


def test_records_are_read_in_their_order_over_all_segments(tmp_path: Path) -> None:
    drops = _drops(50)
    assert write_segments(tmp_path / "demo", drops, segment_bytes=200) == 50
    batch = read_batch(tmp_path, {}, 1_000)
    assert batch is not None
    assert batch.records == drops
    assert batch.end["demo"] == read_synced(tmp_path / "demo")
    assert batch.end["demo"].segment > 3


def test_nothing_is_read_of_what_was_not_finished(tmp_path: Path) -> None:
    write_segments(tmp_path / "demo", _drops(5))
    (tmp_path / "demo" / "synced").unlink()
    assert read_batch(tmp_path, {}, 1_000) is None


def test_an_attempt_that_was_cut_off_is_begun_again(tmp_path: Path) -> None:
    write_segments(tmp_path / "demo", _drops(50, "early"), segment_bytes=200)
    (tmp_path / "demo" / "synced").unlink()
    drops = _drops(4, "late")
    write_segments(tmp_path / "demo", drops)
    batch = read_batch(tmp_path, {}, 1_000)
    assert batch is not None
    assert batch.records == drops
    assert batch.end["demo"].segment == 1


def test_no_records_are_an_empty_journal(tmp_path: Path) -> None:
    assert write_segments(tmp_path / "demo", []) == 0
    assert read_synced(tmp_path / "demo") == Position(0, 0)
    assert read_batch(tmp_path, {}, 1_000) is None


def test_read_segments_are_freed_by_the_age_of_their_records(tmp_path: Path) -> None:
    write_segments(tmp_path / "demo", _drops(3), segment_bytes=1)
    read = {"demo": Position(3, 0)}
    # The records are of 12:00, 12:01 and 12:02, one a segment; the third is still being read.
    delete_segments(tmp_path, read, (NOON + timedelta(seconds=30)).timestamp())
    left = [segment_path(tmp_path / "demo", number).exists() for number in (1, 2, 3)]
    assert left == [False, True, True]
    delete_segments(tmp_path, read, (NOON + timedelta(minutes=9)).timestamp())
    left = [segment_path(tmp_path / "demo", number).exists() for number in (1, 2, 3)]
    assert left == [False, False, True]
