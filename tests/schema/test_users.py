"""Users: what was saved last is what holds, and a removed user leaves only an id."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from schema import Store
from schema.users import (
    UnknownUserError,
    User,
    get_user,
    get_user_by_id,
    list_users,
    remove_user,
    save_user,
    with_password,
)
from tests.dashboard.build_rows import a_store

SELLER = User(
    email="seller@shop.example",
    role="seller",
    sites=("shop.example",),
    path_prefixes=("/topdan",),
    password_hash="$argon2id$",
    one_time=True,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with a_store(tmp_path / "db") as opened:
        yield opened


def test_a_user_is_found_by_address_in_any_case_and_by_id(store: Store) -> None:
    save_user(store, SELLER)
    save_user(store, User(email="a@shop.example", role="owner"))
    assert get_user(store, " Seller@Shop.Example ") == SELLER
    assert get_user_by_id(store, SELLER.id) == SELLER
    assert [user.email for user in list_users(store)] == ["a@shop.example", SELLER.email]


def test_a_new_password_ends_every_session(store: Store) -> None:
    save_user(store, SELLER)
    save_user(store, with_password(SELLER, "other"))
    found = get_user(store, SELLER.email)
    assert (found.password_hash, found.one_time, found.session_epoch) == ("other", False, 1)


def test_a_removed_user_is_gone_and_the_newest_row_names_nobody(store: Store) -> None:
    save_user(store, SELLER)
    remove_user(store, SELLER.email)
    assert list_users(store) == []
    with pytest.raises(UnknownUserError):
        get_user(store, SELLER.email)
    with pytest.raises(UnknownUserError):
        get_user_by_id(store, SELLER.id)
    assert store.rows("SELECT email, password_hash FROM users FINAL") == [("", "")]


def test_a_user_sees_the_sites_named_or_all() -> None:
    assert SELLER.may_see("shop.example")
    assert not SELLER.may_see("other.example")
    assert User(email="a@shop.example", role="owner").may_see("other.example")
