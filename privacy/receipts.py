"""Receipts: what an erasure found, removed and left, signed so that anybody can check it."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec

from privacy.errors import ReceiptError
from privacy.ledger import Backup
from privacy.signing import SigningKey, is_signed

# What was deleted can no longer be found at once; its bytes are in parts that are rewritten each
# hour (wiping.py), and in old parts for 8 minutes more (ClickHouse's `old_parts_lifetime`).
DATABASE_BYTES_GONE_WITHIN: Final = timedelta(hours=2)
# A collector finishes a segment after half an hour at most, and it is kept for the ten minutes in
# which a repeat of what it holds may come.
JOURNAL_BYTES_GONE_WITHIN: Final = timedelta(hours=1)


class Removed(msgspec.Struct, frozen=True):
    """What is gone: rows of `events`, engagements too, and whole sessions."""

    events: int
    sessions: int


class BytesGoneBy(msgspec.Struct, frozen=True):
    """When the last bytes of it are gone from the disk."""

    database: datetime
    journal: datetime


class Kept(msgspec.Struct, frozen=True):
    """What could not be deleted yet, in as many words as the visitor is owed.

    GDPR, Art. 12(4) asks for a reason; which of the two it is, and how many rows, could warn
    somebody of an inquiry.
    """

    until: date | None  # None while no end is set; then it goes
    why: str = "a legal duty, or legal claims"
    law: str = "GDPR, Art. 17(3)(b) and (e)"


class Receipt(msgspec.Struct, frozen=True):
    """An erasure that was done."""

    id: str
    site: str
    asked_at: datetime
    done_at: datetime
    looked_for: tuple[str, ...]  # kinds, never values
    removed: Removed
    found_after: int  # by looking again
    bytes_gone_by: BytesGoneBy
    backups: tuple[Backup, ...]  # that still hold it, and until when
    kept: Kept | None = None


def make_receipt(
    *,
    id: str,
    site: str,
    asked_at: datetime,
    done_at: datetime,
    looked_for: Sequence[str],
    removed: Removed,
    found_after: int,
    backups: Sequence[Backup],
    kept: Kept | None = None,
) -> Receipt:
    """Return the receipt of an erasure that was just done."""
    gone_by = BytesGoneBy(
        database=done_at + DATABASE_BYTES_GONE_WITHIN, journal=done_at + JOURNAL_BYTES_GONE_WITHIN
    )
    return Receipt(
        id, site, asked_at, done_at, tuple(looked_for), removed, found_after, gone_by,
        tuple(backups), kept,
    )  # fmt: skip


def signed(receipt: msgspec.Struct, key: SigningKey) -> dict[str, Any]:
    """Return a receipt as people get it: `receipt` and `signature`."""
    shown = msgspec.to_builtins(receipt)
    return {"receipt": shown, "signature": b64encode(key.sign(_signed_bytes(shown))).decode()}


def verify(text: str, public_key: bytes) -> dict[str, Any]:
    """Return the receipt in a document that has `receipt` and `signature`.

    `public_key` is the installation's, 32 bytes.  Raises ReceiptError when the document is none, or
    anything in the receipt differs from what was signed.
    """
    try:
        document = json.loads(text, object_pairs_hook=_without_repeats)
    except ValueError as error:
        raise ReceiptError(f"this is no JSON document: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("receipt"), dict):
        raise ReceiptError('expected a JSON object with "receipt" and "signature"')
    receipt: dict[str, Any] = document["receipt"]
    signature = _decoded(document.get("signature"))
    if not is_signed(public_key, _signed_bytes(receipt), signature):
        raise ReceiptError(
            "the signature does not fit: the receipt was changed, or another installation gave it"
        )
    return receipt


def _signed_bytes(receipt: dict[str, Any]) -> bytes:
    """Return what is signed: JSON with sorted keys and no space, as UTF-8."""
    return json.dumps(receipt, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )


def _decoded(signature: object) -> bytes:
    try:
        return b64decode(str(signature), validate=True)
    except ValueError:
        return b""


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        # Readers differ in which of the two they take.
        raise ValueError("a name stands twice in one object")
    return found
