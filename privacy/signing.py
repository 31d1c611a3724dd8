"""Signing: the installation's key, by which its statements are told from what others say."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from privacy.errors import KeyFileError
from schema.files import sync_directory, write_all

KEY_FILE: Final = "privacy.key"
# RFC 8032, 5.1.5: an Ed25519 private key is 32 octets.
_KEY_BYTES: Final = 32


class SigningKey:
    """The private key, and what may be told of it."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._key = Ed25519PrivateKey.from_private_bytes(secret)
        self.public_key: Final = self._key.public_key().public_bytes_raw()

    def sign(self, statement: bytes) -> bytes:
        """Return the signature of a statement, 64 bytes."""
        return self._key.sign(statement)

    def derived_key(self, purpose: str) -> bytes:
        """Return a secret of 32 bytes for one other purpose, which tells nothing of this one."""
        return HKDF(SHA256(), _KEY_BYTES, salt=None, info=purpose.encode()).derive(self._secret)


def open_signing_key(data: Path) -> SigningKey:
    """Return the key of a data directory, made at its first use and readable by its owner alone.

    Raises KeyFileError for a file that holds none.
    """
    path = data / KEY_FILE
    if not path.exists():
        _make(path)
    secret = path.read_bytes()
    if len(secret) != _KEY_BYTES:
        raise KeyFileError(
            f"{KEY_FILE} holds {len(secret)} bytes: expected {_KEY_BYTES}; put the right file back,"
            " or remove it for a new key, which signs nothing of before"
        )
    return SigningKey(secret)


def is_signed(public_key: bytes, statement: bytes, signature: bytes) -> bool:
    """Return whether the holder of a key signed a statement."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, statement)
    except (InvalidSignature, ValueError):
        return False
    return True


def _make(path: Path) -> None:
    """Write a new key, unless another process was first: it keeps the one that is there."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        write_all(descriptor, secrets.token_bytes(_KEY_BYTES))
        os.fsync(descriptor)
        path.hardlink_to(temporary)
    except FileExistsError:
        pass
    finally:
        os.close(descriptor)
        temporary.unlink()
    sync_directory(path.parent)
