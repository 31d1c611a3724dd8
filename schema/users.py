"""Users: who may sign in to the dashboard, and what they see there."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Literal, TypeAlias
from uuid import UUID, uuid4

import msgspec

from schema.errors import SchemaError
from schema.store import Store

Role: TypeAlias = Literal["owner", "analyst", "viewer", "seller"]


class UnknownUserError(SchemaError):
    """No user has this e-mail address or id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One account."""

    id: UUID = field(default_factory=uuid4)
    email: str  # lower case, as `normal_email` gives it
    role: Role
    sites: tuple[str, ...] = ()  # empty: all
    path_prefixes: tuple[str, ...] = ()  # seller: what its pages begin with
    password_hash: str = field(default="", repr=False)  # argon2id; "" never matches
    one_time: bool = False  # the password works once and is then replaced
    session_epoch: int = 0  # raised to end every session of the user

    def may_see(self, site: str) -> bool:
        """Return whether the site's pages are for this user."""
        return not self.sites or site in self.sites


_COLUMNS = [column.name for column in fields(User)]


def normal_email(text: str) -> str:
    """Return an e-mail address as it is kept and compared."""
    return text.strip().lower()


def list_users(store: Store) -> list[User]:
    """Return all users, by e-mail address."""
    rows = store.run("schema.queries", "list_users")
    return [msgspec.convert(dict(zip(_COLUMNS, row, strict=True)), User) for row in rows]


def get_user(store: Store, email: str) -> User:
    """Return the user of this address, in any case; raises UnknownUserError."""
    wanted = normal_email(email)
    for user in list_users(store):
        if user.email == wanted:
            return user
    raise UnknownUserError("no user has this e-mail address: see 'footfall user list'")


def get_user_by_id(store: Store, user_id: UUID) -> User:
    """Return the user of this id; raises UnknownUserError."""
    for user in list_users(store):
        if user.id == user_id:
            return user
    raise UnknownUserError(f"no user has the id {user_id}: see 'footfall user list'")


def save_user(store: Store, user: User, *, removed: bool = False) -> None:
    """Write a user as it is from now on.

    A removed user keeps no address and no password hash: what stays is the id that the audit
    log names.
    """
    kept = replace(user, email="", password_hash="") if removed else user
    values = [list(v) if isinstance(v, tuple) else v for v in asdict(kept).values()]
    columns = [*_COLUMNS, "removed", "changed_at"]
    store.insert("users", columns, [[*values, removed, datetime.now(UTC)]])


def remove_user(store: Store, email: str) -> None:
    """End the account of this address; raises UnknownUserError."""
    save_user(store, get_user(store, email), removed=True)


def with_password(user: User, password_hash: str, *, one_time: bool = False) -> User:
    """Return the user with another password; every session of the user ends."""
    return replace(
        user,
        password_hash=password_hash,
        one_time=one_time,
        session_epoch=user.session_epoch + 1,
    )
