"""Wishes: records that ask for something to be done, put into the journal and taken out of it.

What comes before a wish is in the store when it is carried out.  Another process's beacons may be a
moment late: those that an erasure meant are left out when they come.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import structlog

from collector.event import Event
from collector.journal.frames import Inserted, decode_frames, encode_frame, journal_sealer
from collector.journal.journal import (
    SYNCED_NAME,
    pack_synced,
    read_synced,
    segment_path,
    segment_sequences,
)
from collector.journal.quarantine import QUARANTINE_SUFFIX
from collector.resend import RESEND_WINDOW
from privacy.records import Erasure, Record
from privacy.scope import Scope
from schema.files import sync_directory, write_atomically
from schema.keys import NO_KEYS, Keys

# The slot of wishes that commands write; collectors have slots of their own.
COMMAND_SLOT: Final = "commands"
# Of files with wishes that could not be carried out.
UNDONE_SUFFIX: Final = ".undone"

_log = structlog.get_logger(__name__)


class RecentErasures:
    """The scopes erased lately, to which a record that is still on its way may belong.

    The journal holds what was received within the window, so that a writer that starts again knows
    the same ones.
    """

    def __init__(self) -> None:
        self._scopes: list[Scope] = []

    def add(self, scope: Scope) -> None:
        """Remember a scope, and forget those that nothing on its way can belong to."""
        oldest = scope.until - RESEND_WINDOW
        self._scopes = [known for known in self._scopes if known.until > oldest]
        self._scopes.append(scope)

    def cover(self, event: Event) -> bool:
        """Tell whether an event was erased before it came."""
        return bool(self._scopes) and any(_covers(scope, event) for scope in self._scopes)


def append_wish(root: Path, record: Record, keys: Keys = NO_KEYS) -> None:
    """Put a wish into the journals under `root` and return when it is safe.

    For commands, which may run beside a writer and collectors, or with none.  Each wish has a
    segment of its own.
    """
    slot = root / COMMAND_SLOT
    slot.mkdir(parents=True, exist_ok=True, mode=0o700)
    sync_directory(root)
    frame = encode_frame(record, journal_sealer(keys))
    with _alone(slot / SYNCED_NAME) as synced:
        sequence = max([read_synced(slot).segment, *segment_sequences(slot)]) + 1
        write_atomically(segment_path(slot, sequence), frame)
        os.pwrite(synced, pack_synced(sequence, len(frame)), 0)
        os.fsync(synced)


def forget_refused(root: Path, record: Record, keys: Keys = NO_KEYS) -> None:
    """Delete events that the store refused, which lie in the quarantine, and an erasure means."""
    if not isinstance(record, Erasure):
        return
    for path in root.glob(f"refused-*{QUARANTINE_SUFFIX}"):
        frames, _, _ = decode_frames(path.read_bytes(), 0, 1, keys)
        events = [frame.record for frame in frames if isinstance(frame.record, Event)]
        if any(_covers(record.scope, event) for event in events):
            path.unlink()
            _log.info("refused_event_erased")


def set_undone(root: Path, record: Record, keys: Keys = NO_KEYS) -> None:
    """Keep a wish that cannot be carried out now, so that it holds up nothing else."""
    frame = encode_frame(record, journal_sealer(keys))
    write_atomically(root / f"{record.id}{UNDONE_SUFFIX}", frame)


def take_undone(root: Path, keys: Keys = NO_KEYS) -> int:
    """Put the wishes that could not be carried out back into the journal; return how many."""
    paths = sorted(root.glob(f"*{UNDONE_SUFFIX}"))
    for path in paths:
        frames, _, _ = decode_frames(path.read_bytes(), 0, 1, keys)
        for frame in frames:
            if not isinstance(frame.record, Inserted):
                append_wish(root, frame.record, keys)
        path.unlink()
    return len(paths)


def _covers(scope: Scope, event: Event) -> bool:
    return scope.covers(
        site=event.site,
        received_at=event.received_at,
        visitor=event.visitor,
        day=event.day,
        page_id=event.page_id,
        consent_id=event.consent_id,
    )


@contextmanager
def _alone(path: Path) -> Iterator[int]:
    """Yield a file's descriptor while no other command writes the slot."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
