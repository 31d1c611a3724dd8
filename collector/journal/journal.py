"""Journal: the append-only file an event is in before its beacon is answered.

One directory for each collector process.  A thread of its own writes and syncs, so that all beacons
that wait share one sync (group commit) and the event loop never blocks on the disk.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog

from collector.errors import JournalError
from collector.event import Drop, Event
from collector.journal.frames import JournalRecord, encode_frame, journal_sealer, whole_frames_end
from collector.journal.room import Limits, Room
from schema.files import sync_directory, write_all, write_atomically
from schema.keys import NO_KEYS, Keys
from schema.sealing import Sealer

SEGMENT_SUFFIX: Final = ".journal"

# Our choice: small enough that a read segment frees its space soon, large enough that a busy
# collector makes a file only every few seconds.
SEGMENT_BYTES: Final = 32 * 1024 * 1024

# A segment that is not finished cannot be freed, and holds what was erased meanwhile.  Our choice:
# it is gone within the hour, and a quiet collector makes 48 small files a day.
SEGMENT_AGE_S: Final = 1800.0

# What says how far a slot's newest segment is safe: sequence and bytes, both unsigned 64 bit.
SYNCED_NAME: Final = "synced"
_SYNCED: Final = struct.Struct("<QQ")

# How often a journal that could not be written tries whether it can be now.  Our choice: a balancer
# sends nothing to a collector that says it is not well, so that no beacon would find it out.
_TRY_AGAIN_S: Final = 1.0
# What it tries with.  Our choice: a block of most file systems, so that it needs a new one.
_TRIAL: Final = bytes(4096)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a slot's journal: the segment's sequence number and a byte offset in it."""

    segment: int
    offset: int


def segment_path(directory: Path, sequence: int) -> Path:
    """Return the path of a segment; names sort as their sequence numbers do."""
    return directory / f"{sequence:016d}{SEGMENT_SUFFIX}"


def segment_sequences(directory: Path) -> list[int]:
    """Return the sequence numbers of a slot's segments, oldest first."""
    return sorted(int(path.stem) for path in directory.glob(f"*{SEGMENT_SUFFIX}"))


def read_synced(directory: Path) -> Position:
    """Return up to where a slot's journal is safe on the disk; (0, 0) before the first record."""
    try:
        return Position(*_SYNCED.unpack((directory / SYNCED_NAME).read_bytes()))
    except (FileNotFoundError, struct.error):
        return Position(0, 0)


def pack_synced(segment: int, offset: int) -> bytes:
    """Return what says that a slot's journal is safe up to a place."""
    return _SYNCED.pack(segment, offset)


def write_segments(
    directory: Path,
    records: Iterable[Event | Drop],
    *,
    segment_bytes: int = SEGMENT_BYTES,
    keys: Keys = NO_KEYS,
) -> int:
    """Write a slot's whole journal at once and return how many records it has.

    Nothing of it is read before all of it is safe: an attempt that was cut off is begun again.
    The slot must be nobody else's; records stand by when they were received.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for sequence in segment_sequences(directory):
        segment_path(directory, sequence).unlink()
    count = 0
    end = Position(0, 0)
    for frames, received_at in _parts(records, segment_bytes, journal_sealer(keys)):
        data = b"".join(frames)
        end = Position(end.segment + 1, len(data))
        path = segment_path(directory, end.segment)
        write_atomically(path, data)
        # A segment is freed by the age of its last record.
        os.utime(path, (received_at.timestamp(), received_at.timestamp()))
        count += len(frames)
    write_atomically(directory / SYNCED_NAME, pack_synced(end.segment, end.offset))
    return count


class Journal:
    """The writing end of one collector's journal; use it from one event loop."""

    def __init__(
        self,
        directory: Path,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        segment_age_s: float = SEGMENT_AGE_S,
        limits: Limits | None = None,
        keys: Keys = NO_KEYS,
    ) -> None:
        """Open the slot's journal, cutting a torn last record of an earlier run.

        Raises JournalError while another process has it open: what two write would be lost.
        """
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        for parent in (directory.parent, directory.parent.parent):
            sync_directory(parent)
        self._directory = directory
        self._segment_bytes = segment_bytes
        self._segment_age_s = segment_age_s
        self._begun_s = 0.0  # when the segment got its first record, of a monotonic clock
        self._sealer = journal_sealer(keys)
        self._pending: list[bytes] = []
        self._waiting: list[asyncio.Future[None]] = []
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = False
        self._failed = False
        self._undone = True
        self._room = Room(directory, limits or Limits())
        # Beacons that could not be made safe since the start, by reason: "journal_limit",
        # "disk_reserve" or "write_failed".
        self.refused: Counter[str] = Counter()
        self._failed_for = ""
        self._synced_file = _open_alone(directory / SYNCED_NAME)
        self._sequence = _repair(directory)
        self._segment = -1
        self._offset = 0
        self._open_next_segment()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    @property
    def healthy(self) -> bool:
        """Tell whether the newest write reached the disk."""
        return not self._failed and not self._closing

    def append(self, records: Sequence[JournalRecord]) -> asyncio.Future[None]:
        """Return a future that is done when the records are on the disk.

        It fails with JournalError when they could not be made safe; then none of them is kept.
        """
        future = self._loop.create_future()
        if self._closing:
            future.set_exception(JournalError("the journal is closed"))
            return future
        data = b"".join([encode_frame(record, self._sealer) for record in records])
        with self._lock:
            is_first = not self._waiting
            self._pending.append(data)
            self._waiting.append(future)
        # The others are taken with the first: waking the thread again would only cost both.
        if is_first:
            self._wake.set()
        return future

    async def close(self) -> None:
        """Make everything appended so far safe, then stop the thread."""
        self._closing = True
        self._wake.set()
        await asyncio.to_thread(self._thread.join)
        os.close(self._segment)
        os.close(self._synced_file)

    def _run(self) -> None:
        while True:
            self._wake.wait(self._patience_s())
            self._wake.clear()
            with self._lock:
                pending, self._pending = self._pending, []
                waiting, self._waiting = self._waiting, []
            if waiting:
                error = self._commit(b"".join(pending))
                if error is not None:
                    self.refused[self._failed_for] += len(waiting)
                self._loop.call_soon_threadsafe(_settle, waiting, error)
            elif self._closing:
                return
            elif self._failed:
                self._try_again()
            elif self._is_old():
                self._finish_old()
            if self._closing:
                self._wake.set()

    def _commit(self, data: bytes) -> JournalError | None:
        """Write and sync `data`; return the error after which nothing of it is kept."""
        try:
            if shortage := self._room.take(len(data)):
                return self._refuse(shortage)
            if self._offset >= self._segment_bytes or self._is_old() or not self._undone:
                self._open_next_segment()
            if not self._offset:
                self._begun_s = time.monotonic()
            write_all(self._segment, data)
            os.fdatasync(self._segment)
            self._publish_synced(self._sequence, self._offset + len(data))
            self._offset += len(data)
        except OSError as error:
            return self._undo(error)
        self._recover()
        return None

    def _patience_s(self) -> float | None:
        """Return how long to wait when nothing comes; None is for ever."""
        if self._failed:
            return _TRY_AGAIN_S
        if not self._offset:
            return None
        return max(0.0, self._begun_s + self._segment_age_s - time.monotonic())

    def _is_old(self) -> bool:
        return self._offset > 0 and time.monotonic() >= self._begun_s + self._segment_age_s

    def _finish_old(self) -> None:
        """Begin a segment though nothing comes, so that the old one can be freed."""
        try:
            self._open_next_segment()
        except OSError as error:
            # The next record finds out whether the journal can be written; else look much later.
            self._begun_s = time.monotonic()
            _log.warning("journal_segment_not_finished", errno=error.errno)

    def _try_again(self) -> None:
        """Find out whether a write works by now; nothing of it stays."""
        try:
            if self._offset and self._failed_for == "journal_limit":
                # Only a segment that is finished can be freed.
                self._open_next_segment()
            if self._room.take(len(_TRIAL)):
                return
            if not self._undone:
                self._open_next_segment()
            write_all(self._segment, _TRIAL)
            os.fdatasync(self._segment)
        except OSError:
            self._take_back()
            return
        self._take_back()
        self._recover()

    def _recover(self) -> None:
        if self._failed:
            self._failed = False
            _log.info("journal_recovered", refused=dict(self.refused))

    def _refuse(self, shortage: str) -> JournalError:
        """Say that there is no room, before anything was written."""
        if not self._failed:
            _log.error("journal_full", reason=shortage)
        self._failed, self._failed_for = True, shortage
        return JournalError(f"the journal has no room: {shortage}")

    def _undo(self, error: OSError) -> JournalError:
        """Take back a write that failed half way, so that the next one starts clean."""
        reason = os.strerror(error.errno or 0)
        if not self._failed:
            _log.error("journal_write_failed", errno=error.errno, reason=reason)
        self._failed, self._failed_for = True, "write_failed"
        self._take_back()
        return JournalError(f"the journal could not be written: {reason}")

    def _take_back(self) -> None:
        """Cut what stands behind the newest record that is safe."""
        try:
            os.ftruncate(self._segment, self._offset)
            os.lseek(self._segment, self._offset, os.SEEK_SET)
            self._undone = True
        except OSError as failure:
            # What stands behind the offset now is behind what readers take; go on elsewhere.
            self._undone = False
            _log.error("journal_undo_failed", errno=failure.errno)

    def _open_next_segment(self) -> None:
        path = segment_path(self._directory, self._sequence + 1)
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC
        segment = os.open(path, flags, 0o600)
        try:
            sync_directory(self._directory)
            self._publish_synced(self._sequence + 1, 0)
        except OSError:
            # Else the next try would find the name taken, for ever.
            os.close(segment)
            path.unlink()
            raise
        if self._segment >= 0:
            os.close(self._segment)
        self._segment = segment
        self._sequence += 1
        self._offset = 0
        self._undone = True

    def _publish_synced(self, sequence: int, offset: int) -> None:
        os.pwrite(self._synced_file, pack_synced(sequence, offset), 0)


def _open_alone(path: Path) -> int:
    """Open a file to write, for as long as this process lives the only one to do so."""
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise JournalError("another process writes this journal: stop it first") from error
    return descriptor


def _parts(
    records: Iterable[Event | Drop], segment_bytes: int, sealer: Sealer | None
) -> Iterator[tuple[list[bytes], datetime]]:
    """Yield the frames of one segment after another, and when its last record was received."""
    frames: list[bytes] = []
    size_bytes = 0
    received_at = datetime.min.replace(tzinfo=UTC)
    for record in records:
        frames.append(encode_frame(record, sealer))
        size_bytes += len(frames[-1])
        received_at = record.received_at
        if size_bytes >= segment_bytes:
            yield frames, received_at
            frames, size_bytes = [], 0
    if frames:
        yield frames, received_at


def _settle(waiting: list[asyncio.Future[None]], error: JournalError | None) -> None:
    """Finish the futures of one commit, in the loop's thread."""
    for future in waiting:
        if future.done():  # the client went away
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)


def _repair(directory: Path) -> int:
    """Cut what follows the last whole record of the newest segment; return its sequence number."""
    sequences = segment_sequences(directory)
    if not sequences:
        return read_synced(directory).segment
    newest = sequences[-1]
    path = segment_path(directory, newest)
    end = whole_frames_end(path.read_bytes())
    torn_bytes = path.stat().st_size - end
    if torn_bytes:
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.ftruncate(descriptor, end)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        _log.warning("journal_torn_record_cut", segment=newest, bytes=torn_bytes)
    return max(newest, read_synced(directory).segment)
