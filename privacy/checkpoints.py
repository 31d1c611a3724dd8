"""Checkpoints: signed statements of how far the audit log reached, also kept outside the database.

A chain alone cannot show that records at its end were taken away.  A checkpoint names each chain's
last record, so that they are missed; it holds the hash of the checkpoint before it, and the file
and the table hold the same, so that a missing checkpoint is missed, too.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from privacy.errors import AuditError
from privacy.signing import SigningKey, is_signed, open_signing_key
from schema import Store
from schema.files import sync_directory, write_all, write_atomically

CHECKPOINT_FILE: Final = "audit.checkpoints"
# Records are written by several processes, each by its own clock; ours was asked before theirs.
_OVERLAP: Final = timedelta(hours=1)


class End(msgspec.Struct, frozen=True, array_like=True):
    """A record of a chain: its last one, or the last one that was removed."""

    number: int
    hash: bytes


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What a checkpoint says."""

    number: int  # from 1, without a gap
    at: datetime  # aware, UTC
    previous: bytes  # SHA-256 of the statement before it; b"" in the first
    is_whole: bool  # names every chain there is: no earlier one is needed
    ends: dict[str, End]  # by chain: its last record, where it moved since the one before
    removed: dict[str, End]  # by chain: the last record of what retention took from its beginning


class Checkpoint(msgspec.Struct, frozen=True):
    """A statement as it was signed."""

    number: int
    body: bytes  # JSON
    signature: bytes
    signer: bytes  # the public key

    @property
    def statement(self) -> Statement:
        """Return what it says; raises AuditError when that cannot be read."""
        try:
            return msgspec.json.decode(self.body, type=Statement)
        except msgspec.DecodeError as error:
            raise AuditError(f"checkpoint {self.number} cannot be read") from error

    def is_signed_by(self, public_key: bytes) -> bool:
        """Return whether the holder of this key made it."""
        return self.signer == public_key and is_signed(self.signer, self.body, self.signature)


@dataclass(frozen=True, slots=True)
class Signed:
    """What all checkpoints together say of the log."""

    ends: Mapping[str, End]
    removed: Mapping[str, End]


class CheckpointLog:
    """The checkpoints of one installation; several processes may sign, one at a time."""

    def __init__(self, store: Store, data: Path) -> None:
        self._store = store
        self._path = data / CHECKPOINT_FILE
        self._key: SigningKey = open_signing_key(data)

    @property
    def public_key(self) -> bytes:
        """Return the key that signs here."""
        return self._key.public_key

    def sign(self, now: datetime) -> Statement | None:
        """Sign how far the log reaches; None when it has not moved since the last time."""
        with self._alone():
            known = self._known()
            before = signed_state(known)
            since = (
                known[-1].statement.at - _OVERLAP
                if known
                else datetime.fromtimestamp(0, now.tzinfo)
            )
            moved = {
                str(chain): End(number, last)
                for chain, number, last in self._store.run(
                    "privacy.queries", "audit_ends", since=since
                )
                if str(chain) not in before.ends or number > before.ends[str(chain)].number
            }
            if known and not moved:
                return None
            return self._append(known, now, ends=moved, removed={}, is_whole=not known)

    def sign_removal(self, now: datetime, through: Mapping[str, End], gone: set[str]) -> Statement:
        """Sign that retention removes the beginnings of chains, and `gone` chains as a whole."""
        with self._alone():
            known = self._known()
            before = signed_state(known)
            ends = {chain: end for chain, end in before.ends.items() if chain not in gone}
            removed = dict(before.removed)
            for chain, end in through.items():
                # A removal that was cut short is done again, and may find less than it did.
                if chain not in removed or removed[chain].number < end.number:
                    removed[chain] = end
            for chain in gone:
                removed.pop(chain, None)
            return self._append(known, now, ends=ends, removed=removed, is_whole=True)

    def forget_before(self, number: int) -> None:
        """Drop the checkpoints before a whole one, in the file and in the database."""
        with self._alone():
            kept = [each for each in self.in_file() if each.number >= number]
            write_atomically(self._path, b"".join(map(_line, kept)))
            self._store.command(
                "ALTER TABLE audit_checkpoints DELETE WHERE number < {number:UInt64}"
                " SETTINGS mutations_sync = 2",
                {"number": number},
            )

    def in_file(self) -> list[Checkpoint]:
        """Return the checkpoints of the file, a torn last line left out; raises AuditError."""
        try:
            *lines, _ = self._path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        try:
            return [msgspec.json.decode(line, type=Checkpoint) for line in lines]
        except msgspec.DecodeError as error:
            raise AuditError(f"{CHECKPOINT_FILE}: a line of it cannot be read") from error

    def in_store(self) -> list[Checkpoint]:
        """Return the checkpoints of the database."""
        rows = self._store.run("privacy.queries", "audit_checkpoints")
        return [Checkpoint(number, body.encode(), *rest) for number, body, *rest in rows]

    def _known(self) -> list[Checkpoint]:
        """Return those to go on from; a file that was taken away does not begin again."""
        return self.in_file() or self.in_store()

    def _append(
        self,
        known: Sequence[Checkpoint],
        now: datetime,
        *,
        ends: Mapping[str, End],
        removed: Mapping[str, End],
        is_whole: bool,
    ) -> Statement:
        statement = Statement(
            number=known[-1].number + 1 if known else 1,
            at=now,
            previous=sha256(known[-1].body).digest() if known else b"",
            is_whole=is_whole,
            ends=dict(ends),
            removed=dict(removed),
        )
        body = msgspec.json.encode(statement)
        made = Checkpoint(statement.number, body, self._key.sign(body), self.public_key)
        self._write(made)
        # A kill in between leaves the database one behind: the next time it gets both.
        there = {each.number for each in self.in_store()}
        rows = [_row(each) for each in (*known, made) if each.number not in there]
        columns = ("number", "at", "body", "signature", "signer")
        self._store.insert("audit_checkpoints", columns, rows)
        return statement

    def _write(self, made: Checkpoint) -> None:
        """Append a line, on the disk when this returns; what a kill left half is cut first."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            whole = self._path.read_bytes().rfind(b"\n") + 1
            os.ftruncate(descriptor, whole)
            os.lseek(descriptor, whole, os.SEEK_SET)
            write_all(descriptor, _line(made))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_directory(self._path.parent)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes and threads from signing meanwhile."""
        lock = self._path.with_suffix(".lock")
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def signed_state(checkpoints: Sequence[Checkpoint]) -> Signed:
    """Return what checkpoints say together, from the last whole one on."""
    ends: dict[str, End] = {}
    removed: dict[str, End] = {}
    for each in checkpoints:
        statement = each.statement
        if statement.is_whole:
            ends, removed = {}, {}
        ends.update(statement.ends)
        removed.update(statement.removed)
    return Signed(ends, removed)


def _line(checkpoint: Checkpoint) -> bytes:
    return msgspec.json.encode(checkpoint) + b"\n"


def _row(checkpoint: Checkpoint) -> list[object]:
    at = checkpoint.statement.at
    return [
        checkpoint.number,
        at,
        checkpoint.body.decode(),
        checkpoint.signature,
        checkpoint.signer,
    ]
