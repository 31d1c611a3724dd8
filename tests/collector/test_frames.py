"""Frames: every whole record is found again, whatever happened to the bytes around it."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.event import DROP_REASONS, Drop, Event
from collector.journal.frames import (
    HEADER_BYTES,
    MARKER,
    MAX_PAYLOAD_BYTES,
    Damage,
    JournalRecord,
    decode_frames,
    encode_frame,
    whole_frames_end,
)
from tests.collector.journals import a_drop, an_event

_INSTANTS = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - the zone is the strategy's
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
_UINT64 = st.integers(0, 2**64 - 1)
_TEXT = st.text(max_size=30)
_EVENTS = st.builds(
    Event,
    site=_TEXT,
    received_at=_INSTANTS,
    time=_INSTANTS,
    day=st.dates(),
    name=_TEXT,
    visitor=_UINT64,
    sample=st.integers(0, 255),
    page_id=_UINT64,
    resend_id=_UINT64,
    path=_TEXT,
    props=st.dictionaries(_TEXT, _TEXT, max_size=5),
    revenue=st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=4),
    interactive=st.booleans(),
    cls=st.none() | st.floats(allow_nan=False, allow_infinity=False),
)
_DROPS = st.builds(
    Drop, site=_TEXT, received_at=_INSTANTS, reason=st.sampled_from(DROP_REASONS), detail=_TEXT
)
_RECORDS = st.lists(_EVENTS | _DROPS, max_size=8)


def _records(data: bytes) -> list[JournalRecord]:
    return [frame.record for frame in decode_frames(data, 0, 10**6)[0]]


def _frame(kind: int, version: int, payload: bytes) -> bytes:
    """Build a frame as the format says, apart from the code that does it."""
    body = struct.pack("<BBI", kind, version, len(payload))
    return MARKER + body + struct.pack("<I", crc32(body + payload)) + payload


@given(_RECORDS)
def test_records_come_back_as_they_went_in(records: list[Event | Drop]) -> None:
    data = b"".join(map(encode_frame, records))
    frames, damage, end = decode_frames(data, 100, 10**6)
    assert [frame.record for frame in frames] == records
    assert (damage, end) == ([], 100 + len(data))
    assert [frame.start for frame in frames] == [100, *(frame.end for frame in frames)][:-1]


@settings(max_examples=200)
@given(_RECORDS, st.data())
def test_damage_costs_no_record_that_it_did_not_touch(
    records: list[Event | Drop], data: st.DataObject
) -> None:
    """Flip bytes, or put some in or out: what lies outside [first, last) stays readable."""
    encoded = [encode_frame(record) for record in records]
    whole = b"".join(encoded)
    first = data.draw(st.integers(0, len(whole)))
    last = data.draw(st.integers(first, min(len(whole), first + 80)))
    damaged = whole[:first] + data.draw(st.binary(max_size=80)) + whole[last:]
    untouched: list[JournalRecord] = []
    at = 0
    for record, frame in zip(records, encoded, strict=True):
        if at + len(frame) <= first or at >= last:
            untouched.append(record)
        at += len(frame)
    found = _records(damaged)
    position = 0
    for each in found:
        if position < len(untouched) and untouched[position] == each:
            position += 1
    assert position == len(untouched)


@given(_EVENTS, st.data())
def test_a_record_cut_short_is_left_for_later(event: Event, data: st.DataObject) -> None:
    one, two = encode_frame(a_drop()), encode_frame(event)
    cut = data.draw(st.integers(0, len(two) - 1))
    frames, damage, end = decode_frames(one + two[:cut], 0, 10)
    assert ([frame.record for frame in frames], damage, end) == ([a_drop()], [], len(one))
    assert whole_frames_end(one + two[:cut]) == len(one)


def test_a_limit_stops_between_frames() -> None:
    data = encode_frame(a_drop()) * 3
    frames, _, end = decode_frames(data, 0, 2)
    assert (len(frames), end) == (2, len(data) * 2 // 3)


@pytest.mark.parametrize(("kind", "version"), [(200, 1), (1, 2)])
def test_a_newer_record_is_whole_but_set_aside(kind: int, version: int) -> None:
    """After a step back to an older Footfall: neither cut as torn nor a crash."""
    newer, known = _frame(kind, version, b"\x93\x01\x02\x03"), encode_frame(a_drop())
    frames, damage, end = decode_frames(newer + known + newer, 0, 10)
    assert [frame.record for frame in frames] == [a_drop()]
    assert damage == [
        Damage(0, len(newer)),
        Damage(len(newer) + len(known), 2 * len(newer) + len(known)),
    ]
    assert end == whole_frames_end(newer + known + newer) == 2 * len(newer) + len(known)


def test_a_payload_that_is_no_record_is_set_aside() -> None:
    assert decode_frames(_frame(1, 1, b"\xc1"), 0, 10)[1] == [Damage(0, HEADER_BYTES + 1)]


def test_a_length_beyond_any_record_is_damage() -> None:
    huge = _frame(1, 1, b"\0" * (MAX_PAYLOAD_BYTES + 1))
    assert _records(huge + encode_frame(a_drop())) == [a_drop()]
    with pytest.raises(ValueError, match="at most"):
        encode_frame(an_event(path="x" * (MAX_PAYLOAD_BYTES + 1)))


def test_an_event_keeps_money_exact() -> None:
    event: Any = _records(encode_frame(an_event(revenue=Decimal("0.1000"), currency="AZN")))[0]
    assert str(event.revenue) == "0.1000"
