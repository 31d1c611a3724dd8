"""Promise: whatever the bytes of a request, it becomes records or is refused; nothing else."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.decode import Payload
from tests.fuzz.beacon_target import feed

CORPUS = sorted((Path(__file__).parent / "corpus").iterdir())
NAMES = [found.encode_name for found in msgspec.structs.fields(Payload)]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
URLS = st.builds(
    "{}://{}{}".format, st.sampled_from(["https", "http", "ftp", ""]), st.text(), st.text()
)
SITES = st.sampled_from(["shop.example", "other.example", "shop.example,other.example", "gone"])
PLAUSIBLE = st.fixed_dictionaries(
    {"n": st.text(min_size=1, max_size=120), "d": SITES},
    optional={
        "u": st.just("https://shop.example/")
        | st.builds("https://shop.example/{}".format, st.text())
        | URLS,
        "r": URLS | st.text(),
        "p": st.dictionaries(st.text(), st.text() | st.integers() | st.none(), max_size=31),
        "$": st.fixed_dictionaries(
            {"amount": JSON, "currency": st.text(max_size=4) | st.just("AZN")}
        ),
        "w": st.floats(allow_nan=False) | st.integers(),
        "e": st.floats(allow_nan=False),
        "ip": st.ip_addresses().map(str) | JSON,
        "timestamp": st.datetimes().map(str) | JSON,
        "user_agent": st.text() | JSON,
    },
)
HEADERS = st.lists(st.binary(max_size=60).filter(lambda line: b"\n" not in line), max_size=6)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_each_file_of_the_corpus_and_what_is_near_it_holds(path: Path) -> None:
    whole = path.read_bytes()
    feed(whole)
    dice = random.Random(path.name)  # the same each time
    for _ in range(150):
        feed(_changed(bytearray(whole), dice))


def _changed(data: bytearray, dice: random.Random) -> bytes:
    """Return data with a few bytes changed, taken out or doubled."""
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(data) + 1)
        end = min(len(data), at + dice.randint(0, 8))
        data[at:end] = dice.choice(
            [dice.randbytes(end - at), b"", bytes(data[at:end]) * 2, b'"', b"\\u0000", b"1e999"]
        )
    return bytes(data)


def test_the_corpus_reaches_events_drops_and_refusals() -> None:
    found = {path.name: feed(path.read_bytes()) for path in CORPUS}
    assert [type(record).__name__ for record in found["long_names"]] == ["Event", "Event"]
    assert [type(record).__name__ for record in found["signal"]] == ["Drop"]
    assert found["bad_fields"] == []


@given(st.binary(max_size=300))
def test_any_bytes_hold(data: bytes) -> None:
    feed(data)


@given(HEADERS, st.dictionaries(st.sampled_from(NAMES) | st.text(), JSON, max_size=12))
def test_any_json_under_any_names_holds(headers: list[bytes], body: dict[str, object]) -> None:
    feed(b"\n".join([*headers, msgspec.json.encode(body)]))


@settings(max_examples=300)
@given(HEADERS, PLAUSIBLE)
def test_nearly_a_beacon_holds(headers: list[bytes], body: dict[str, object]) -> None:
    feed(b"\n".join([*headers, msgspec.json.encode(body)]))
