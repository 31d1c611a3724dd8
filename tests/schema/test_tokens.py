"""Tokens: a secret opens what its scope says, and is nowhere in the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from schema import Store
from schema.tokens import (
    UnknownTokenError,
    find_token,
    get_token,
    list_tokens,
    new_token,
    remove_token,
    save_token,
)
from tests.dashboard.build_rows import a_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with a_store(tmp_path / "db") as opened:
        yield opened


def test_a_secret_finds_its_token_for_its_scope_alone(store: Store) -> None:
    token, secret = new_token("till", "stats", ("shop.example",))
    save_token(store, token)
    assert find_token(store, secret, "stats") == token
    assert get_token(store, "till") == token
    with pytest.raises(UnknownTokenError):
        find_token(store, secret, "sql")
    with pytest.raises(UnknownTokenError):
        find_token(store, secret + "A", "stats")


def test_a_secret_has_256_random_bits_and_is_kept_nowhere(store: Store) -> None:
    token, secret = new_token("till", "events")
    save_token(store, token)
    assert secret.startswith("ff_")
    assert len(secret) == len("ff_") + 43  # 32 bytes in base64 without padding
    assert new_token("till", "events")[1] != secret
    assert secret not in str(store.rows("SELECT * FROM tokens"))
    assert secret not in repr(token)


def test_a_removed_token_opens_nothing(store: Store) -> None:
    token, secret = new_token("till", "stats")
    save_token(store, token)
    remove_token(store, "till")
    assert list_tokens(store) == []
    with pytest.raises(UnknownTokenError):
        find_token(store, secret, "stats")
