"""Journal reader: the records of every slot's journal, in the order they were taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from typing import Final, TypeAlias

import structlog

from collector.journal.frames import Damage, Inserted, JournalRecord, decode_frames
from collector.journal.journal import Position, read_synced, segment_path, segment_sequences
from collector.journal.quarantine import QUARANTINE_SUFFIX, set_aside
from privacy.records import Record
from schema.keys import NO_KEYS, Keys

# How much of a segment is decoded at once.  Our choice: some ten thousand events.
_CHUNK_BYTES: Final = 4 * 1024 * 1024

_log = structlog.get_logger(__name__)

Positions = Mapping[str, Position]  # by slot


@dataclass(frozen=True, slots=True)
class Batch:
    """Records between two positions of each slot, by the time they were received.

    It holds what is to be inserted, or (`wish`) the one record that is to be carried out next:
    nothing that came before it in a slot is left, and nothing that came after it is there.
    """

    records: list[Inserted]
    begin: Positions
    end: Positions
    wish: Record | None = None
    # A wish follows, so that the journal holds more than fits.
    is_cut: bool = False

    @property
    def token(self) -> str:
        """Return the batch's name: the exact range, so that the same range is one insert."""
        parts = (
            f"{slot}:{_text(self.begin[slot])}-{_text(self.end[slot])}" for slot in sorted(self.end)
        )
        return ",".join(parts)

    @property
    def size(self) -> int:
        """Return how many records it has."""
        return len(self.records) if self.wish is None else 1

    @property
    def newest(self) -> datetime:
        """Return when the last record was received."""
        return self.records[-1].received_at if self.wish is None else self.wish.received_at


# A record with the position behind it.
_Placed: TypeAlias = tuple[Inserted, Position]


@dataclass(frozen=True, slots=True)
class _Read:
    """What a slot's journal holds next."""

    ahead: list[_Placed]
    is_full: bool  # there is more than fits
    wish: tuple[Record, Position] | None  # what comes behind `ahead`

    @property
    def horizon(self) -> datetime | None:
        """Return what the other slots must not run ahead of; None when this is all there is."""
        if self.wish is not None:
            return self.wish[0].received_at
        # The newest, not the last: a slot's records may stand a little out of order.
        return max(record.received_at for record, _ in self.ahead) if self.is_full else None


def read_batch(
    root: Path,
    begin: Positions,
    limit: int,
    *,
    until: Positions | None = None,
    keys: Keys = NO_KEYS,
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
            keys=keys,
        )
        for path in sorted(root.iterdir())
        if path.is_dir()
    }
    horizon = min((read.horizon for read in reads.values() if read.horizon), default=None)
    records: list[Inserted] = []
    end = dict(begin)
    for slot, read in reads.items():
        # The slot that sets the horizon must be taken whole, else nothing might ever be.
        is_whole = horizon in (None, read.horizon)
        taken = read.ahead if is_whole else _up_to(horizon, read.ahead)
        if taken:
            records.extend(record for record, _ in taken)
            end[slot] = taken[-1][1]
    is_cut = any(read.wish for read in reads.values())
    if records or not is_cut:
        return _batch(begin, end, records, is_cut=is_cut)
    for slot, read in reads.items():
        if read.wish is not None and read.horizon == horizon:
            end[slot] = read.wish[1]
            return _batch(begin, end, [], wish=read.wish[0], is_cut=True)
    return None


def read_range(
    root: Path, begin: Positions, end: Positions, *, keys: Keys = NO_KEYS
) -> Batch | None:
    """Return the records of exactly this range again; None when it holds none."""
    records: list[Inserted] = []
    wish: Record | None = None
    for slot in sorted(end):  # as `read_batch` does: records of one instant keep their order
        since = begin.get(slot, Position(0, 0))
        read = _read_slot(root / slot, since, None, end[slot], keys=keys)
        records.extend(record for record, _ in read.ahead)
        if read.wish is not None:
            wish = read.wish[0]
    return _batch(begin, end, records, wish=wish)


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
    begin: Positions,
    end: Positions,
    records: list[Inserted],
    *,
    wish: Record | None = None,
    is_cut: bool = False,
) -> Batch | None:
    if not records and wish is None:
        return None
    records.sort(key=lambda record: record.received_at)
    whole_begin = {slot: begin.get(slot, Position(0, 0)) for slot in end}
    return Batch(records, whole_begin, dict(end), wish, is_cut)


def _up_to(horizon: datetime | None, ahead: list[_Placed]) -> list[_Placed]:
    return list(takewhile(lambda item: horizon is None or item[0].received_at <= horizon, ahead))


def _read_slot(
    directory: Path,
    begin: Position,
    limit: int | None,
    until: Position | None = None,
    *,
    keys: Keys,
) -> _Read:
    """Return a slot's records with the position behind each, up to the first wish among them."""
    found, is_full = _read_frames(directory, begin, limit, until, keys)
    ahead: list[_Placed] = []
    for record, end in found:
        if not isinstance(record, Inserted):
            return _Read(ahead, is_full, (record, end))
        ahead.append((record, end))
    return _Read(ahead, is_full, None)


def _read_frames(
    directory: Path, begin: Position, limit: int | None, until: Position | None, keys: Keys
) -> tuple[list[tuple[JournalRecord, Position]], bool]:
    """Return records with the position behind each, and whether `limit` cut them short.

    Reads as far as the slot's writer says the disk has it: what comes after was never answered.
    """
    safe = until or read_synced(directory)
    found: list[tuple[JournalRecord, Position]] = []
    if begin >= safe:
        return found, False
    for sequence in segment_sequences(directory):
        if sequence < begin.segment or sequence > safe.segment:
            continue
        at = begin.offset if sequence == begin.segment else 0
        stop = safe.offset if sequence == safe.segment else None
        while limit is None or len(found) < limit:
            room = _NO_LIMIT if limit is None else limit - len(found)
            frames, at, ended = _read_chunk(segment_path(directory, sequence), at, stop, room, keys)
            found.extend((frame, Position(sequence, end)) for frame, end in frames)
            if ended:
                break
    return found, limit is not None and len(found) >= limit


_NO_LIMIT: Final = 2**62


def _read_chunk(
    path: Path, at: int, stop: int | None, limit: int, keys: Keys
) -> tuple[list[tuple[JournalRecord, int]], int, bool]:
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
            frames, damage, end = decode_frames(file.read(min(wanted, last - at)), at, limit, keys)
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


def _text(position: Position) -> str:
    return f"{position.segment}.{position.offset}"
