"""A receipt verifies as it was signed, and with any change it does not."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest

from privacy.errors import ReceiptError
from privacy.ledger import Backup
from privacy.receipts import Removed, make_receipt, signed, verify
from privacy.signing import SigningKey
from tests.collector.journals import minute

KEY = SigningKey(bytes(range(32)))
RECEIPT = make_receipt(
    id="0" * 32,
    site="bakı.example",
    asked_at=minute(0),
    done_at=minute(1),
    looked_for=["visitor"],
    removed=Removed(3, 1),
    found_after=0,
    backups=[Backup("monday", minute(-60), minute(60))],
)
DOCUMENT = signed(RECEIPT, KEY)


def test_a_receipt_verifies_however_its_json_is_laid_out() -> None:
    for text in (
        json.dumps(DOCUMENT),
        json.dumps(DOCUMENT, indent=4, ensure_ascii=False),
        json.dumps({"removed": {"events": 3}, **dict(reversed(DOCUMENT.items()))}),
    ):
        assert verify(text, KEY.public_key)["removed"] == {"events": 3, "sessions": 1}


def test_no_byte_of_a_receipt_can_be_changed() -> None:
    text = json.dumps(DOCUMENT["receipt"], separators=(",", ":")).encode()
    rest = b',"signature":' + json.dumps(DOCUMENT["signature"]).encode() + b"}"
    for at in range(len(text)):
        changed = text[:at] + bytes([text[at] ^ 1]) + text[at + 1 :]
        with pytest.raises((ReceiptError, UnicodeDecodeError)):
            verify((b'{"receipt":' + changed + rest).decode(), KEY.public_key)


@pytest.mark.parametrize(
    "changes",
    [
        {"removed": {"events": 4, "sessions": 1}},
        {"removed": {"events": 3.0, "sessions": 1}},
        {"backups": []},
        {"note": "and more"},
    ],
)
def test_nothing_can_be_said_otherwise(changes: dict[str, Any]) -> None:
    forged = {**DOCUMENT, "receipt": DOCUMENT["receipt"] | changes}
    with pytest.raises(ReceiptError, match="signature"):
        verify(json.dumps(forged), KEY.public_key)


def test_a_name_that_stands_twice_is_no_way_around() -> None:
    text = json.dumps(DOCUMENT).replace('"found_after":', '"found_after": 9, "found_after":')
    with pytest.raises(ReceiptError, match="twice"):
        verify(text, KEY.public_key)


def test_another_installations_key_does_not_fit() -> None:
    with pytest.raises(ReceiptError):
        verify(json.dumps(DOCUMENT), SigningKey(secrets.token_bytes(32)).public_key)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"receipt": {}}', '{"receipt": 1}'])
def test_what_is_no_receipt_is_refused(text: str) -> None:
    with pytest.raises(ReceiptError):
        verify(text, KEY.public_key)
