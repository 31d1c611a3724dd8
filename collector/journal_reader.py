"""Journal reader: the records of every slot's journal, in the order they were taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Final

import structlog

from collector.event import Drop, Event
from collector.frames import Damage, decode_frames
from collector.journal import Position, read_synced, segment_path, segment_sequences
from collector.quarantine import QUARANTINE_SUFFIX, set_aside

# How much of a segment is decoded at once.  Our choice: some ten thousand events.
_CHUNK_BYTES: Final = 4 * 1024 * 1024

_log = structlog.get_logger(__name__)

Positions = Mapping[str, Position]  # by slot


@dataclass(frozen=True, slots=True)
class Batch:
    """Records between two positions of each slot, by the time they were received."""

    records: list[Event | Drop]
    begin: Positions
    end: Positions

    @property
    def token(self) -> str:
        """Return the batch's name: the exact range, so that the same range is one insert."""
        parts = (
            f"{slot}:{_text(self.begin[slot])}-{_text(self.end[slot])}" for slot in sorted(self.end)
        )
        return ",".join(parts)


def read_batch(
    root: Path, begin: Positions, limit: int, *, until: Positions | None = None
) -> Batch | None:
    """Return about `limit` records that stand behind `begin`; None when there are none.

    `root` holds one directory a slot.  A slot whose journal holds more than fits does not let the
    others run ahead of it, so that a visitor's events come in order from any of them.  With
    `until`, nothing behind it is read.
    """
    reads = {
        path.name: _read_slot(
            path,
            begin.get(path.name, Position(0, 0)),
            limit,
            None if until is None else until.get(path.name, Position(0, 0)),
        )
        for path in sorted(root.iterdir())
        if path.is_dir()
    }
    # The newest, not the last: a slot's records may stand a little out of order, and the slot that
    # sets the horizon must be taken whole, else nothing might ever be.
    horizon = min(
        (max(record.received_at for record, _ in found) for found, full in reads.values() if full),
        default=None,
    )
    records: list[Event | Drop] = []
    end = dict(begin)
    for slot, (found, _) in reads.items():
        taken = found if horizon is None else list(takewhile(partial(_within, horizon), found))
        if taken:
            records.extend(record for record, _ in taken)
            end[slot] = taken[-1][1]
    return _batch(root, begin, end, records)


def read_range(root: Path, begin: Positions, end: Positions) -> Batch | None:
    """Return the records of exactly this range again; None when it holds none."""
    records: list[Event | Drop] = []
    for slot in sorted(end):  # as `read_batch` does: records of one instant keep their order
        since = begin.get(slot, Position(0, 0))
        found, _ = _read_slot(root / slot, since, None, end[slot])
        records.extend(record for record, _ in found)
    return _batch(root, begin, end, records)


def delete_segments(root: Path, read: Positions, older_than_s: float) -> None:
    """Delete the segments that were read whole and whose last record is older than an instant.

    `older_than_s` is in seconds since the epoch.
    """
    for slot, position in read.items():
        written = read_synced(root / slot).segment
        for sequence in segment_sequences(root / slot):
            path = segment_path(root / slot, sequence)
            found = path.stat()
            is_read = sequence < position.segment or (
                sequence == position.segment < written and found.st_size <= position.offset
            )
            if is_read and found.st_mtime < older_than_s:
                path.unlink()


def _batch(
    root: Path, begin: Positions, end: Positions, records: list[Event | Drop]
) -> Batch | None:
    if not records:
        return None
    records.sort(key=lambda record: record.received_at)
    whole_begin = {slot: begin.get(slot, Position(0, 0)) for slot in end}
    return Batch(records, whole_begin, dict(end))


def _read_slot(
    directory: Path, begin: Position, limit: int | None, until: Position | None = None
) -> tuple[list[tuple[Event | Drop, Position]], bool]:
    """Return records with the position behind each, and whether `limit` cut them short.

    Reads as far as the slot's writer says the disk has it: what comes after was never answered.
    """
    safe = until or read_synced(directory)
    found: list[tuple[Event | Drop, Position]] = []
    if begin >= safe:
        return found, False
    for sequence in segment_sequences(directory):
        if sequence < begin.segment or sequence > safe.segment:
            continue
        at = begin.offset if sequence == begin.segment else 0
        stop = safe.offset if sequence == safe.segment else None
        while limit is None or len(found) < limit:
            room = _NO_LIMIT if limit is None else limit - len(found)
            frames, at, ended = _read_chunk(segment_path(directory, sequence), at, stop, room)
            found.extend((frame, Position(sequence, end)) for frame, end in frames)
            if ended:
                break
    return found, limit is not None and len(found) >= limit


_NO_LIMIT: Final = 2**62


def _read_chunk(
    path: Path, at: int, stop: int | None, limit: int
) -> tuple[list[tuple[Event | Drop, int]], int, bool]:
    """Return records from offset `at` on with the offset behind each, where to go on, and whether
    the segment has no more.

    A segment without a `stop` is finished: what ends it and is no frame never becomes one.
    """
    size = path.stat().st_size
    last = size if stop is None else min(stop, size)
    wanted = _CHUNK_BYTES
    while True:
        with path.open("rb") as file:
            file.seek(at)
            frames, damage, end = decode_frames(file.read(min(wanted, last - at)), at, limit)
        ended = at + wanted >= last
        if end > at or ended:
            break
        wanted *= 2  # damage longer than a chunk: look behind it
    ended = ended and len(frames) < limit
    if ended and stop is None and end < size:
        damage.append(Damage(end, size))
        end = size
    for part in damage:
        _quarantine(path, part)
    return [(frame.record, frame.end) for frame in frames], end, ended


def _quarantine(path: Path, damage: Damage) -> None:
    """Keep damaged bytes beside their segment for a person to look at, once."""
    with path.open("rb") as file:
        file.seek(damage.start)
        content = file.read(damage.end - damage.start)
    name = f"{path.stem}-{damage.start}{QUARANTINE_SUFFIX}"
    if set_aside(path.with_name(name), content):
        _log.error("journal_record_damaged", segment=path.stem, at=damage.start, bytes=len(content))


def _within(horizon: datetime, item: tuple[Event | Drop, Position]) -> bool:
    return item[0].received_at <= horizon


def _text(position: Position) -> str:
    return f"{position.segment}.{position.offset}"
