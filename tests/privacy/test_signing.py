"""Signing: one key a data directory, and no statement passes for a signed one that is not."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from privacy.errors import KeyFileError
from privacy.signing import KEY_FILE, is_signed, open_signing_key


def test_what_was_signed_is_told_from_what_was_changed_or_signed_by_another(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    key, other = open_signing_key(tmp_path), open_signing_key(tmp_path / "other")
    signature = key.sign(b"removed 5 events")

    assert is_signed(key.public_key, b"removed 5 events", signature)
    assert not is_signed(key.public_key, b"removed 6 events", signature)
    assert not is_signed(other.public_key, b"removed 5 events", signature)
    assert not is_signed(key.public_key, b"removed 5 events", b"")
    assert not is_signed(b"no key", b"removed 5 events", signature)


def test_all_that_open_it_at_once_have_the_same_key_which_others_cannot_read(
    tmp_path: Path,
) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = [pool.submit(open_signing_key, tmp_path) for _ in range(8)]

    assert len({key.result().public_key for key in keys}) == 1
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_a_file_that_is_no_key_is_told(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_bytes(b"short")

    with pytest.raises(KeyFileError, match="holds 5 bytes: expected 32"):
        open_signing_key(tmp_path)
