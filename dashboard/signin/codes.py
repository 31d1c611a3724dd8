"""Codes: what stands beside a password at sign-in, of an authenticator app or from a list."""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import b32encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

import pyotp
import segno

# RFC 6238, 4: 30 seconds, and 6 digits of HMAC-SHA-1, which is what all apps read from the square.
STEP_S: Final = 30
# RFC 6238, 5.2: one step each way for clocks that differ and people who type.
_STEPS_AROUND: Final = (-1, 0, 1)
# RFC 4226, 4, R6: 160 bits are recommended.
_SECRET: Final = re.compile(r"[A-Z2-7]{32}")
_CODE: Final = re.compile(r"[0-9]{6}")

RECOVERY_CODES: Final = 10
# ASVS 2.6.2 asks for 112 bits where a plain hash is kept; 15 bytes are 24 letters without a rest.
_RECOVERY_BYTES: Final = 15
_GROUP: Final = 4


def new_secret() -> str:
    """Return a secret for an app: 160 random bits in base32."""
    return pyotp.random_base32(32)


def is_secret(text: str) -> bool:
    """Return whether a text could be one of `new_secret`."""
    return _SECRET.fullmatch(text) is not None


def app_address(secret: str, email: str) -> str:
    """Return what an app reads from the square."""
    return pyotp.TOTP(secret, name=email, issuer="Footfall").provisioning_uri()


def square(address: str) -> str:
    """Return a QR code as SVG, dark on light in any theme, with the margin that readers need."""
    code = segno.make(address, error="m", micro=False)
    return code.svg_inline(scale=4, dark="#000", light="#fff")


def grouped(secret: str) -> str:
    """Return a secret or recovery code as a person types it."""
    return " ".join(secret[at : at + _GROUP] for at in range(0, len(secret), _GROUP))


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """Return the newest time step whose code this is, None when it is of none around `now`."""
    app = pyotp.TOTP(secret)
    given = "".join(code.split())
    if not _CODE.fullmatch(given):
        return None
    current = int(now.timestamp()) // STEP_S
    steps = [current + offset for offset in _STEPS_AROUND]
    return max((s for s in steps if hmac.compare_digest(app.generate_otp(s), given)), default=None)


def new_recovery_codes() -> list[str]:
    """Return codes that are to be shown once and kept nowhere."""
    return [
        b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()
        for _ in range(RECOVERY_CODES)
    ]


def recovery_hash(code: str) -> str:
    """Return what is kept of a recovery code, however it was typed: SHA-256, hex."""
    letters = re.sub(r"[\s-]", "", code).lower()
    return sha256(letters.encode("utf-8", "replace")).hexdigest()


def without_code(hashes: Sequence[str], code: str) -> tuple[str, ...] | None:
    """Return the hashes that are left when a recovery code is used; None when it is none."""
    wanted = recovery_hash(code)
    left = tuple(each for each in hashes if not hmac.compare_digest(each, wanted))
    return left if len(left) < len(hashes) else None
