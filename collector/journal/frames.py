"""Frames: how one record lies in a journal segment, and how a reader finds the next whole one.

A frame is a header and a payload.  The header holds a marker to find the way again after damage,
the record's type and format version, the payload's length, and a checksum over all of these.
The payload is sealed when encryption is on: frames of both kinds may follow each other.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, TypeAlias
from zlib import crc32

import msgspec

from collector.event import Drop, Event
from privacy.records import (
    ConsentReceipt,
    Correction,
    Erasure,
    Hold,
    Record,
    Release,
    Request,
)
from schema.errors import SealError
from schema.keys import NO_KEYS, Keys
from schema.sealing import SEAL_BYTES, Sealer, key_id_of, open_sealed

MARKER: Final = b"\xf7FF\x0a"
FORMAT_VERSION: Final = 1
# The same payload, sealed.
SEALED_VERSION: Final = 2

# What the journal's keys are derived for.
JOURNAL_USE: Final = b"journal"

# marker, type, version, payload bytes, checksum
_HEADER: Final = struct.Struct("<4sBBII")
HEADER_BYTES: Final = _HEADER.size
_CHECKED: Final = struct.Struct("<BBI")

# A beacon is at most 16 KiB; what it becomes is never 16 times as much.  A length above this is
# damage, not a record.
MAX_PAYLOAD_BYTES: Final = 256 * 1024

_encode = msgspec.msgpack.Encoder().encode


class RecordType(IntEnum):
    """What a frame's payload is."""

    EVENT = 1
    DROP = 2
    ERASURE = 3
    CORRECTION = 4
    HOLD = 5
    RELEASE = 6
    REQUEST = 7
    CONSENT_RECEIPT = 8


# What a journal holds: what is inserted, and what is carried out.
Inserted: TypeAlias = Event | Drop | ConsentReceipt
JournalRecord: TypeAlias = Inserted | Record

_TYPES: Final[dict[type[JournalRecord], RecordType]] = {
    Event: RecordType.EVENT,
    Drop: RecordType.DROP,
    Erasure: RecordType.ERASURE,
    Correction: RecordType.CORRECTION,
    Hold: RecordType.HOLD,
    Release: RecordType.RELEASE,
    Request: RecordType.REQUEST,
    ConsentReceipt: RecordType.CONSENT_RECEIPT,
}
_DECODERS: Final[dict[int, Callable[[bytes], JournalRecord]]] = {
    kind: msgspec.msgpack.Decoder(record).decode for record, kind in _TYPES.items()
}


class Frame(msgspec.Struct, frozen=True, gc=False):
    """A record and the bytes [start, end) of its segment that hold it."""

    record: JournalRecord
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes [start, end) that are no frame, or a whole one that this version cannot read."""

    start: int
    end: int


def journal_sealer(keys: Keys) -> Sealer | None:
    """Return what seals frames with the key that writes; None without keys."""
    return Sealer(keys, JOURNAL_USE) if keys else None


def encode_frame(record: JournalRecord, sealer: Sealer | None = None) -> bytes:
    """Return the bytes of one frame; raises ValueError for a record that no request can make."""
    payload = _encode(record)
    if len(payload) > MAX_PAYLOAD_BYTES - SEAL_BYTES:
        # A reader would take it for damage, after the sender was told that it is safe.
        raise ValueError(
            f"a record has {len(payload)} bytes, at most {MAX_PAYLOAD_BYTES - SEAL_BYTES} fit"
        )
    kind, version = _TYPES[type(record)], FORMAT_VERSION
    if sealer is not None:
        version = SEALED_VERSION
        payload = sealer.seal(payload, bytes((kind, version)))
    checksum = crc32(payload, crc32(_CHECKED.pack(kind, version, len(payload))))
    return _HEADER.pack(MARKER, kind, version, len(payload), checksum) + payload


def decode_frames(
    data: bytes, base: int, limit: int, keys: Keys = NO_KEYS
) -> tuple[list[Frame], list[Damage], int]:
    """Return up to `limit` frames of `data`, the damage between them, and where reading ended.

    `base` is the offset of `data` in its segment; frames carry segment offsets.  Bytes after the
    last whole frame are left for the next call: they may be a record that is still being written.
    Raises MissingKeyError at a frame that a key not among `keys` sealed.
    """
    frames: list[Frame] = []
    damage: list[Damage] = []
    at = 0
    while len(frames) < limit:
        found = _next_frame(data, at)
        if found is None:
            break
        start, end, kind, version = found
        if start > at:
            damage.append(Damage(base + at, base + start))
        record = _decode(data[start + HEADER_BYTES : end], kind, version, keys)
        if record is None:
            damage.append(Damage(base + start, base + end))
        else:
            frames.append(Frame(record, base + start, base + end))
        at = end
    return frames, damage, base + at


def whole_frames_end(data: bytes) -> int:
    """Return the offset behind the last whole frame of a segment, whatever it holds."""
    at = 0
    while (found := _next_frame(data, at)) is not None:
        at = found[1]
    return at


def sealing_keys(data: bytes) -> set[str]:
    """Return the ids of the keys that sealed a segment's frames."""
    found: set[str] = set()
    at = 0
    while (frame := _next_frame(data, at)) is not None:
        start, at, _, version = frame
        if version == SEALED_VERSION:
            found.add(key_id_of(data[start + HEADER_BYTES : at]))
    return found


def _next_frame(data: bytes, at: int) -> tuple[int, int, int, int] | None:
    """Return start, end, type and version of the first whole frame at or after `at`."""
    while True:
        start = data.find(MARKER, at)
        if start < 0 or start + HEADER_BYTES > len(data):
            return None
        _, kind, version, length, checksum = _HEADER.unpack_from(data, start)
        end = start + HEADER_BYTES + length
        if length <= MAX_PAYLOAD_BYTES and end <= len(data):
            payload = data[start + HEADER_BYTES : end]
            if crc32(payload, crc32(_CHECKED.pack(kind, version, length))) == checksum:
                return start, end, kind, version
        # No frame begins here: look behind this marker, which may lie inside damaged bytes.
        at = start + 1


def _decode(payload: bytes, kind: int, version: int, keys: Keys) -> JournalRecord | None:
    """Return the record of a whole frame; None when it is forged or a newer Footfall wrote it."""
    decode = _DECODERS.get(kind) if version in (FORMAT_VERSION, SEALED_VERSION) else None
    if decode is None:
        return None
    try:
        if version == SEALED_VERSION:
            payload = open_sealed(keys, JOURNAL_USE, payload, bytes((kind, version)))
        return decode(payload)
    except (msgspec.DecodeError, SealError):
        return None
