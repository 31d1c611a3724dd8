"""Passwords: kept as argon2id hashes, checked in the same time whether or not somebody has one."""

from __future__ import annotations

import secrets
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# NIST SP 800-63B rev. 4, 3.1.1.2: at least 15 characters where the password stands alone, and
# no rule about its signs.  We take 12, as tries are limited here.
MIN_LENGTH: Final = 12
# Longer ones would only cost time; the same document asks for at least 64, ASVS 2.1.2 for no more.
MAX_LENGTH: Final = 128

# The library's default is RFC 9106's second recommended option: argon2id, 64 MiB, 3 passes.
_HASHER: Final = PasswordHasher()


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password, with its parameters; takes about 50 ms."""
    return _HASHER.hash(password)


def is_password(password_hash: str, password: str) -> bool:
    """Return whether the password has this hash; "" never matches and takes as long."""
    try:
        return _HASHER.verify(password_hash or _nobodys_hash(), password) and bool(password_hash)
    except (VerificationError, InvalidHashError):
        return False


def problem_with(password: str) -> str:
    """Return what is wrong with a new password, for the person; "" when it is good."""
    if len(password) < MIN_LENGTH:
        return f"The password has {len(password)} characters. Use {MIN_LENGTH} or more."
    if len(password) > MAX_LENGTH:
        return f"The password has {len(password)} characters. Use {MAX_LENGTH} or fewer."
    return ""


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe())
