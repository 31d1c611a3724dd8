"""Sealing: bytes encrypted so that only a holder of the key reads them and nobody changes them.

AES-256-GCM (NIST SP 800-38D).  A sealer draws a random stream name, derives that stream's key and
counts its messages, so that no nonce is ever used twice, however many there are and whichever
process made them.  What is sealed names its key and stream and can be opened by itself.
"""

from __future__ import annotations

import secrets
import threading
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schema.errors import SealError
from schema.keys import ID_BYTES, Key, Keys

# Chosen at random; two are alike once in 2**64 streams (birthday bound).
_STREAM_BYTES: Final = 16
_COUNT_BYTES: Final = 8
# SP 800-38D, 5.2.1.1: 96 bits are what the mode is made for.
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_HEAD_BYTES: Final = ID_BYTES + _STREAM_BYTES + _COUNT_BYTES
# What sealing adds to a message.
SEAL_BYTES: Final = _HEAD_BYTES + _TAG_BYTES
# What a sealed file begins with; none of ours that is not sealed does.
_MARK: Final = b"\xf7FFsealed\n"


class Sealer:
    """Seals messages for one use with the key that writes; any thread may."""

    def __init__(self, keys: Keys, use: bytes) -> None:
        self._stream = secrets.token_bytes(_STREAM_BYTES)
        self._head = bytes.fromhex(keys.current.id) + self._stream
        self._cipher = _cipher(keys.current, use, self._stream)
        self._lock = threading.Lock()
        self._count = 0

    def seal(self, message: bytes, context: bytes = b"") -> bytes:
        """Return the sealed message; it opens only in the same `context`, which is not kept."""
        with self._lock:
            self._count += 1
            count = self._count.to_bytes(_COUNT_BYTES)
        return (
            self._head
            + count
            + self._cipher.encrypt(count.rjust(_NONCE_BYTES, b"\0"), message, context)
        )


def open_sealed(keys: Keys, use: bytes, sealed: bytes, context: bytes = b"") -> bytes:
    """Return the message; raises SealError when it was changed, MissingKeyError without its key."""
    if len(sealed) < SEAL_BYTES:
        raise SealError("it is shorter than anything sealed: it was cut")
    key = keys.get(key_id_of(sealed))
    cipher = _cipher(key, use, sealed[ID_BYTES : ID_BYTES + _STREAM_BYTES])
    nonce = sealed[_HEAD_BYTES - _COUNT_BYTES : _HEAD_BYTES].rjust(_NONCE_BYTES, b"\0")
    try:
        return cipher.decrypt(nonce, sealed[_HEAD_BYTES:], context)
    except InvalidTag as error:
        raise SealError("it does not open: it was changed, or belongs elsewhere") from error


def key_id_of(sealed: bytes) -> str:
    """Return the id of the key that sealed it."""
    return sealed[:ID_BYTES].hex()


@lru_cache(maxsize=256)
def _cipher(key: Key, use: bytes, stream: bytes) -> AESGCM:
    return AESGCM(key.derived(use + b" " + stream))


def seal_file(keys: Keys, use: bytes, content: bytes) -> bytes:
    """Return a small file's content sealed as a whole; as it is without keys."""
    return _MARK + Sealer(keys, use).seal(content) if keys else content


def open_file(keys: Keys, use: bytes, content: bytes) -> bytes:
    """Return what `seal_file` was given, also without keys; raises SealError, MissingKeyError."""
    if not content.startswith(_MARK):
        return content
    return open_sealed(keys, use, content[len(_MARK) :])


def file_key_id(content: bytes) -> str:
    """Return the id of the key that sealed a file; "" for one that is not sealed."""
    return key_id_of(content[len(_MARK) :]) if content.startswith(_MARK) else ""
