"""Authentication: whose token a ClickHouse client's request shows, in any way they have."""

from __future__ import annotations

import base64
import binascii
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Final

from starlette.datastructures import Headers

from dashboard.sql import Reader, RefusedError
from schema import Store
from schema.tokens import Token, UnknownTokenError, find_token, secret_hash

_REQUIRED: Final = 194
_FAILED: Final = 516
# What clients send as a user when they are told of none.
_NOBODY: Final = frozenset({"", "default"})
# A token that was removed works for so long; asking the store each time would cost a small
# question as much again.
_KEPT_S: Final = 2.0
_KEPT: Final = 1000


@dataclass(frozen=True, slots=True)
class Shown:
    """A user's name, "" when none was said, and the secret that came with it."""

    user: str
    secret: str


def shown(headers: Headers, parameters: Mapping[str, str]) -> Shown:
    """Return what a request shows; raises RefusedError when it shows nothing."""
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return Shown("", rest.strip())
    if scheme.lower() == "basic":
        return _basic(rest.strip())
    if secret := headers.get("x-clickhouse-key", ""):
        return Shown(headers.get("x-clickhouse-user", ""), secret)
    if secret := parameters.get("password", ""):
        return Shown(parameters.get("user", ""), secret)
    allowed = "show a token of scope sql as password, key or bearer"
    raise RefusedError("this needs a token", allowed, _REQUIRED)


class Readers:
    """Readers by the token that they show."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[float, Token]] = OrderedDict()

    def find(self, found: Shown) -> Reader:
        """Return who showed a token; blocks; raises RefusedError and StoreError."""
        token = self._kept_token(secret_hash(found.secret)) or self._stored_token(found.secret)
        if token is None or (found.user not in _NOBODY and found.user != token.name):
            allowed = "the user is a token's name, the password the token, of scope sql"
            raise RefusedError("user and password do not match", allowed, _FAILED)
        return Reader(str(token.id), token.name, token.sites)

    def is_kept(self, found: Shown) -> bool:
        """Return whether `find` need not ask the store."""
        return self._kept_token(secret_hash(found.secret)) is not None

    def _kept_token(self, key: str) -> Token | None:
        with self._lock:
            since, token = self._kept.get(key, (0.0, None))
        return token if monotonic() - since < _KEPT_S else None

    def _stored_token(self, secret: str) -> Token | None:
        try:
            token = find_token(self._store, secret, "sql")
        except UnknownTokenError:
            return None
        with self._lock:
            self._kept[secret_hash(secret)] = (monotonic(), token)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return token


def _basic(encoded: str) -> Shown:
    try:
        user, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return Shown("", "")
    return Shown(user, secret)
