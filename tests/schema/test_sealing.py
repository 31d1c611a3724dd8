"""What is sealed opens with its key, in its place and unchanged, and in no other way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.errors import MissingKeyError, SealError
from schema.keys import Keys, parse_key
from schema.sealing import (
    SEAL_BYTES,
    Sealer,
    file_key_id,
    key_id_of,
    open_file,
    open_sealed,
    seal_file,
)

OLD, NEW = parse_key("0a" * 32), parse_key("0b" * 32)
KEYS = Keys((NEW, OLD))
MESSAGE = b"a message of some length"


@given(st.binary(max_size=200), st.binary(max_size=20))
def test_a_message_comes_back_in_its_context(message: bytes, context: bytes) -> None:
    sealed = Sealer(KEYS, b"test").seal(message, context)

    assert len(sealed) == len(message) + SEAL_BYTES
    assert open_sealed(KEYS, b"test", sealed, context) == message


@given(st.integers(0, len(MESSAGE) + SEAL_BYTES - 1), st.integers(1, 255))
def test_one_changed_byte_keeps_it_shut(at: int, change: int) -> None:
    sealed = bytearray(Sealer(KEYS, b"test").seal(MESSAGE))
    sealed[at] ^= change

    with pytest.raises((SealError, MissingKeyError)):
        open_sealed(KEYS, b"test", bytes(sealed))


@pytest.mark.parametrize(("use", "context"), [(b"other", b""), (b"test", b"elsewhere")])
def test_it_opens_for_no_other_use_and_in_no_other_place(use: bytes, context: bytes) -> None:
    sealed = Sealer(KEYS, b"test").seal(MESSAGE)

    with pytest.raises(SealError, match="belongs elsewhere"):
        open_sealed(KEYS, use, sealed, context)


def test_what_was_cut_is_told() -> None:
    with pytest.raises(SealError, match="cut"):
        open_sealed(KEYS, b"test", Sealer(KEYS, b"test").seal(b"")[:-1])


def test_no_two_seals_of_one_message_are_alike() -> None:
    sealers = [Sealer(KEYS, b"test") for _ in range(10)]

    assert len({sealer.seal(MESSAGE) for sealer in sealers for _ in range(10)}) == 100


def test_the_first_key_seals_and_every_key_opens() -> None:
    before = Sealer(Keys((OLD,)), b"test").seal(MESSAGE)

    assert key_id_of(Sealer(KEYS, b"test").seal(MESSAGE)) == NEW.id
    assert open_sealed(KEYS, b"test", before) == MESSAGE
    assert KEYS.led_by(OLD.id) == Keys((OLD, NEW))
    with pytest.raises(MissingKeyError, match=f"{OLD.id}, and {NEW.id} was given"):
        open_sealed(Keys((NEW,)), b"test", before)


def test_a_file_is_sealed_only_with_keys_and_opens_either_way() -> None:
    sealed = seal_file(KEYS, b"test", MESSAGE)

    assert MESSAGE not in sealed
    assert open_file(KEYS, b"test", sealed) == MESSAGE
    assert file_key_id(sealed) == NEW.id
    assert seal_file(Keys(), b"test", MESSAGE) == open_file(KEYS, b"test", MESSAGE) == MESSAGE
    assert file_key_id(MESSAGE) == ""
    with pytest.raises(MissingKeyError, match="none was given"):
        open_file(Keys(), b"test", sealed)


@pytest.mark.parametrize("text", ["", "0a" * 31, "0a" * 33, "0g" * 32, "+a" + "0a" * 31])
def test_a_key_that_is_none_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(ValueError, match="64 hex digits") as caught:
        parse_key(text)

    assert not text or text not in str(caught.value)


def test_a_key_shows_its_name_alone() -> None:
    assert "0a0a" not in repr(OLD) + repr(KEYS)
    assert OLD.id != NEW.id
    assert OLD.derived(b"disk") != OLD.derived(b"journal") != OLD.secret
