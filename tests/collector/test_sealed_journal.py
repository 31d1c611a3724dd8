"""With a key, no record lies in the journal to be read, and none is lost when encryption begins."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import pytest

from collector.event import Event
from collector.journal.backlog import backlogs
from collector.journal.checkpoint import save_checkpoint
from collector.journal.frames import (
    HEADER_BYTES,
    MARKER,
    SEALED_VERSION,
    Damage,
    decode_frames,
    encode_frame,
    journal_sealer,
    sealing_keys,
)
from collector.journal.journal import Journal, segment_path, write_segments
from collector.journal.reader import read_batch, read_range
from collector.journal.wishes import append_wish, forget_refused, set_undone, take_undone
from privacy.records import Erasure, new_id
from privacy.scope import Scope
from schema.errors import MissingKeyError
from schema.keys import NO_KEYS, Keys, parse_key
from tests.collector.journals import a_drop, an_event, minute

OLD, NEW = parse_key("0a" * 32), parse_key("0b" * 32)
KEYS = Keys((NEW, OLD))
CANARY = "/canary-of-a-path"


def append(root: Path, paths: Sequence[str], keys: Keys) -> None:
    """Append pageviews; each call is a run of a collector."""

    async def run() -> None:
        journal = Journal(root / "0", keys=keys)
        for path in paths:
            await journal.append([an_event(path=path)])
        await journal.close()

    asyncio.run(run())


def paths_in(root: Path, keys: Keys) -> list[str]:
    batch = read_batch(root, {}, 100, keys=keys)
    return [] if batch is None else [r.path for r in batch.records if isinstance(r, Event)]


def on_disk(root: Path) -> bytes:
    return b"".join(file.read_bytes() for file in root.rglob("*") if file.is_file())


def test_a_sealed_record_comes_back_and_its_words_are_not_on_the_disk(tmp_path: Path) -> None:
    append(tmp_path / "plain", [CANARY], NO_KEYS)
    append(tmp_path / "sealed", [CANARY], KEYS)

    assert CANARY.encode() in on_disk(tmp_path / "plain")
    assert CANARY.encode() not in on_disk(tmp_path / "sealed")
    assert paths_in(tmp_path / "sealed", KEYS) == [CANARY]


def test_what_was_written_plain_or_with_an_older_key_is_read_on(tmp_path: Path) -> None:
    append(tmp_path, ["/plain"], NO_KEYS)
    append(tmp_path, ["/old"], Keys((OLD,)))
    append(tmp_path, ["/new"], KEYS)

    assert paths_in(tmp_path, KEYS) == ["/plain", "/old", "/new"]
    found = [sealing_keys(file.read_bytes()) for file in sorted((tmp_path / "0").glob("*.journal"))]
    assert found == [set(), {OLD.id}, {NEW.id}]


def test_a_record_whose_key_is_missing_is_no_damage(tmp_path: Path) -> None:
    append(tmp_path, ["/old"], Keys((OLD,)))

    with pytest.raises(MissingKeyError, match=f"{OLD.id}, and {NEW.id} was given"):
        paths_in(tmp_path, Keys((NEW,)))
    with pytest.raises(MissingKeyError, match="none was given"):
        paths_in(tmp_path, NO_KEYS)
    assert list(tmp_path.rglob("*.quarantine")) == []


def test_a_forged_frame_is_damage() -> None:
    sealer = journal_sealer(KEYS)
    good, drop = encode_frame(an_event(path="/good"), sealer), encode_frame(a_drop(), sealer)
    forged = _retyped(drop, 1)
    frames, damage, _ = decode_frames(good + forged + drop, 0, 10, KEYS)

    assert [frame.record for frame in frames] == [an_event(path="/good"), a_drop()]
    assert damage == [Damage(len(good), len(good) + len(forged))]


def _retyped(frame: bytes, kind: int) -> bytes:
    """Return a sealed frame that claims another type, under a checksum that is right."""
    payload = frame[HEADER_BYTES:]
    checked = struct.pack("<BBI", kind, SEALED_VERSION, len(payload))
    checksum = crc32(payload, crc32(checked))
    return struct.pack("<4sBBII", MARKER, kind, SEALED_VERSION, len(payload), checksum) + payload


def test_a_repeated_range_is_the_same_records(tmp_path: Path) -> None:
    append(tmp_path, ["/a", "/b"], KEYS)
    batch = read_batch(tmp_path, {}, 10, keys=KEYS)
    assert batch is not None

    assert read_range(tmp_path, {}, batch.end, keys=KEYS) == batch


def test_the_age_of_what_is_unread_is_told_of_sealed_records_too(tmp_path: Path) -> None:
    write_segments(tmp_path / "journal" / "0", [an_event(minute(3))], keys=KEYS)
    save_checkpoint(tmp_path / "writer.json", "j", {})
    found = backlogs(tmp_path / "journal", tmp_path / "writer.json", keys=KEYS)

    assert found["0"].oldest_unread_at == minute(3)
    assert segment_path(tmp_path / "journal" / "0", 1).stat().st_size == found["0"].unread_bytes


def test_wishes_and_refused_events_are_sealed_and_found_again(tmp_path: Path) -> None:
    scope = Scope(site="shop.example", until=minute(5), visitor=1, day=minute(0).date())
    erasure = Erasure(id=new_id(), received_at=minute(5), scope=scope)
    append_wish(tmp_path, erasure, KEYS)
    set_undone(tmp_path, erasure, KEYS)
    refused = tmp_path / "refused-1.quarantine"
    refused.write_bytes(encode_frame(an_event(), journal_sealer(KEYS)))
    words = on_disk(tmp_path)
    assert take_undone(tmp_path, KEYS) == 1
    forget_refused(tmp_path, erasure, KEYS)
    batch = read_batch(tmp_path, {}, 10, keys=KEYS)

    assert b"shop.example" not in words + on_disk(tmp_path)
    assert batch is not None
    assert batch.wish == erasure
    assert not refused.exists()
