"""Backlog: how much of each slot's journal there is, and what of it the store does not have yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from collector.journal.checkpoint import load_checkpoint
from collector.journal.frames import HEADER_BYTES, MAX_PAYLOAD_BYTES, decode_frames
from collector.journal.journal import Position, read_synced, segment_path, segment_sequences
from schema.keys import NO_KEYS, Keys


@dataclass(frozen=True, slots=True)
class Backlog:
    """One slot's journal."""

    journal_bytes: int
    unread_bytes: int
    oldest_unread_at: datetime | None  # when that record was received; None when all are read


def backlogs(root: Path, checkpoint_path: Path, *, keys: Keys = NO_KEYS) -> Mapping[str, Backlog]:
    """Return each slot's backlog; raises OSError.

    Counts from the writer's checkpoint, which is at most one batch behind the store.
    """
    done = load_checkpoint(checkpoint_path).done_positions
    if not root.is_dir():
        return {}
    return {
        path.name: _backlog(path, done.get(path.name, Position(0, 0)), keys)
        for path in sorted(root.iterdir())
        if path.is_dir()
    }


def _backlog(directory: Path, done: Position, keys: Keys) -> Backlog:
    safe = read_synced(directory)
    journal_bytes = unread_bytes = 0
    oldest: datetime | None = None
    for sequence in segment_sequences(directory):
        path = segment_path(directory, sequence)
        try:
            size = path.stat().st_size
        except FileNotFoundError:
            continue  # the writer freed it meanwhile
        journal_bytes += size
        begin = done.offset if sequence == done.segment else 0
        end = safe.offset if sequence == safe.segment else size
        if done.segment <= sequence <= safe.segment and end > begin:
            unread_bytes += end - begin
            oldest = oldest or _received_at(path, begin, end, keys)
    return Backlog(journal_bytes, unread_bytes, oldest)


def _received_at(path: Path, begin: int, end: int, keys: Keys) -> datetime | None:
    """Return when the first record between two offsets of a segment was received."""
    most = HEADER_BYTES + MAX_PAYLOAD_BYTES
    try:
        with path.open("rb") as file:
            file.seek(begin)
            frames, _, _ = decode_frames(file.read(min(most, end - begin)), begin, 1, keys)
    except FileNotFoundError:
        return None
    return frames[0].record.received_at if frames else None
