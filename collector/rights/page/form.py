"""Form: proof that a form was sent from the page it stands on, without a cookie."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl

from collector.errors import BeaconError
from collector.listener.connection import Connection
from privacy.signing import SigningKey

# Our choice: who reads the page slowly, and writes a letter on it, is done by then.
TOKEN_LIFETIME: Final = timedelta(hours=2)
# Of what a person can send: fields of all forms together.
_MOST_FIELDS: Final = 20
_PURPOSE: Final = "footfall privacy form"
_TAG_BYTES: Final = 16


def form_token(key: SigningKey, site: str, connection: Connection, now: datetime) -> str:
    """Return a token that is good on this site, for this browser's connection and a while.

    Another website cannot read it: it would have to read the page in the visitor's browser.
    """
    given_at = int(now.timestamp())
    return f"{given_at}.{_tag(key, site, connection, given_at)}"


def is_own_token(
    token: str, key: SigningKey, site: str, connection: Connection, now: datetime
) -> bool:
    """Tell whether a form has the token of a page that was shown to this connection lately."""
    text, _, tag = token.partition(".")
    if not (text.isascii() and text.isdecimal() and len(text) <= len("99999999999")):
        return False
    age_s = now.timestamp() - int(text)
    expected = _tag(key, site, connection, int(text))
    # As bytes: a text that is not ASCII is an error otherwise.
    is_equal = hmac.compare_digest(tag.encode(), expected.encode())
    return is_equal and -1 <= age_s <= TOKEN_LIFETIME.total_seconds()


def read_form(body: bytes) -> Mapping[str, str]:
    """Return the fields of a form; raises BeaconError when it is none."""
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"
        )
    except ValueError as error:
        raise BeaconError("expected the fields of a form, as UTF-8") from error
    return {name: value.strip() for name, value in pairs}


def _tag(key: SigningKey, site: str, connection: Connection, given_at: int) -> str:
    message = hashlib.blake2b(
        connection.user_agent.encode("utf-8", "replace"), digest_size=_TAG_BYTES
    ).digest()
    message += connection.address.packed + given_at.to_bytes(8, "big") + site.encode()
    secret = key.derived_key(_PURPOSE)
    return hashlib.blake2b(message, key=secret, digest_size=_TAG_BYTES).hexdigest()
