"""Keys: the secrets that encrypt what lies on the disk, and what is derived from each.

The operator gives one key, and while keys change the older ones too.  None of them encrypts
anything itself: each use has a key of its own, so that what one gives away helps with no other.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from schema.errors import MissingKeyError

# AES-256 (FIPS 197).
KEY_BYTES: Final = 32
# A name that tells keys apart, not a secret.  Two keys share one about once in 2**32 keys.
ID_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Key:
    """One key; `id` may be shown, and says nothing about the key."""

    id: str
    secret: bytes = field(repr=False)

    def derived(self, use: bytes) -> bytes:
        """Return the key of one use, such as b"disk"."""
        return _expand(self.secret, use)


@dataclass(frozen=True, slots=True)
class Keys:
    """The key that writes, and all that read, the writing one first; empty is no encryption."""

    all: tuple[Key, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.all)

    @property
    def current(self) -> Key:
        """Return the key that writes; only of keys that are not empty."""
        return self.all[0]

    def get(self, key_id: str) -> Key:
        """Return a key; raises MissingKeyError that says what to do."""
        for key in self.all:
            if key.id == key_id:
                return key
        raise MissingKeyError(missing_key(key_id, [key.id for key in self.all]))

    def led_by(self, key_id: str) -> Keys:
        """Return the same keys with another one to write; raises MissingKeyError."""
        first = self.get(key_id)
        return Keys((first, *(key for key in self.all if key is not first)))


NO_KEYS: Final = Keys()


def parse_key(text: str) -> Key:
    """Return the key of 64 hex digits; raises ValueError that repeats nothing of it."""
    if len(text) != 2 * KEY_BYTES or not set(text) <= set(string.hexdigits):
        raise ValueError(
            f"expected {2 * KEY_BYTES} hex digits; 'openssl rand -hex {KEY_BYTES}' makes a key"
        )
    secret = bytes.fromhex(text)
    return Key(_expand(secret, b"id")[:ID_BYTES].hex(), secret)


def missing_key(key_id: str, given: Sequence[str]) -> str:
    """Return the sentence for data that was written with a key that is not among those given."""
    if not given:
        return (
            f"the data was written with the encryption key {key_id}, and none was given:"
            " set FOOTFALL_ENCRYPTION_KEY or FOOTFALL_ENCRYPTION_KEY_FILE"
        )
    return (
        f"the data was written with the encryption key {key_id}, and {', '.join(given)} was given:"
        " set FOOTFALL_ENCRYPTION_KEY to the right one, or, to change keys, name the old one in"
        " FOOTFALL_ENCRYPTION_OLD_KEYS"
    )


@lru_cache(maxsize=256)
def _expand(secret: bytes, use: bytes) -> bytes:
    """Return 32 bytes of HKDF (RFC 5869); a random key needs no extraction (section 3.3)."""
    return HKDFExpand(SHA256(), KEY_BYTES, b"footfall " + use).derive(secret)
