"""Ids: what the ids a browser made become at the door, hashes that cannot be sent back as proof."""

from __future__ import annotations

import hashlib
from typing import Final

# As wide as a column of the store, UInt64.
_ID_BYTES: Final = 8

# The purpose keeps one kind of id from being looked for among another's.
_PAGE: Final = hashlib.blake2b(digest_size=_ID_BYTES, person=b"page")
_CONSENT: Final = hashlib.blake2b(digest_size=_ID_BYTES, person=b"consent")
_RESEND: Final = hashlib.blake2b(digest_size=_ID_BYTES, person=b"resend")


def page_hash(page_id: str) -> int:
    """Return what is kept of a page load's id, an unsigned 64-bit integer; 0 for ""."""
    return _hash(_PAGE, page_id) if page_id else 0


def consent_hash(consent_id: str) -> int:
    """Return what is kept of a consent id, an unsigned 64-bit integer; 0 for ""."""
    return _hash(_CONSENT, consent_id) if consent_id else 0


def resend_hash(site: str, visitor: int, beacon_id: str) -> int:
    """Return what is kept of a beacon's `id`, an unsigned 64-bit integer; 0 for "".

    It covers site and visitor, so that nobody can make another's event count as a repeat.
    """
    return _hash(_RESEND, f"{visitor} {site} {beacon_id}") if beacon_id else 0


def _hash(purpose: hashlib.blake2b, text: str) -> int:
    hashed = purpose.copy()
    hashed.update(text.encode("utf-8", "replace"))
    # 0 is none.
    return int.from_bytes(hashed.digest(), "big") or 1
