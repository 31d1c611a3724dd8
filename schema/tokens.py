"""Tokens: what programs show instead of a password, each for one purpose."""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal, TypeAlias
from uuid import UUID, uuid4

import msgspec

from schema.errors import SchemaError
from schema.store import Store

Scope: TypeAlias = Literal["stats", "sql", "events"]

# So that a secret scanner, or a person, sees what a leaked string is.
PREFIX = "ff_"
# 256 random bits cannot be guessed, so a fast hash is enough to keep them by.
SECRET_BYTES = 32


class UnknownTokenError(SchemaError):
    """No token has this name or secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token; the secret itself is nowhere."""

    id: UUID = field(default_factory=uuid4)
    name: str
    scope: Scope
    sites: tuple[str, ...] = ()  # empty: all
    secret_hash: str = field(repr=False)  # SHA-256, hex

    def may_use(self, site: str) -> bool:
        """Return whether the token is for this site."""
        return not self.sites or site in self.sites


_COLUMNS = [column.name for column in fields(Token)]


def new_token(name: str, scope: Scope, sites: tuple[str, ...] = ()) -> tuple[Token, str]:
    """Return a token and its secret, which is to be shown once and kept nowhere."""
    random = secrets.token_bytes(SECRET_BYTES)
    secret = PREFIX + urlsafe_b64encode(random).rstrip(b"=").decode("ascii")
    return Token(name=name, scope=scope, sites=sites, secret_hash=secret_hash(secret)), secret


def secret_hash(secret: str) -> str:
    """Return what is kept of a secret: SHA-256, hex."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def list_tokens(store: Store) -> list[Token]:
    """Return all tokens, by name."""
    rows = store.run("schema.queries", "list_tokens")
    return [msgspec.convert(dict(zip(_COLUMNS, row, strict=True)), Token) for row in rows]


def get_token(store: Store, name: str) -> Token:
    """Return the token of this name; raises UnknownTokenError."""
    for token in list_tokens(store):
        if token.name == name:
            return token
    raise UnknownTokenError(f"no token is named {name!r}: see 'footfall token list'")


def find_token(store: Store, secret: str, scope: Scope) -> Token:
    """Return the token of this secret and scope; raises UnknownTokenError."""
    wanted = secret_hash(secret)
    for token in list_tokens(store):
        if token.scope == scope and hmac.compare_digest(token.secret_hash, wanted):
            return token
    raise UnknownTokenError(f"the token is unknown, or not of scope {scope!r}")


def save_token(store: Store, token: Token, *, removed: bool = False) -> None:
    """Write a token as it is from now on."""
    values = [list(v) if isinstance(v, tuple) else v for v in asdict(token).values()]
    columns = [*_COLUMNS, "removed", "changed_at"]
    store.insert("tokens", columns, [[*values, removed, datetime.now(UTC)]])


def remove_token(store: Store, name: str) -> None:
    """End the token of this name; raises UnknownTokenError."""
    save_token(store, get_token(store, name), removed=True)
