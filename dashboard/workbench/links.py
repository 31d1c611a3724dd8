"""Question links: addresses that open a question again, with what stood in its blanks."""

from __future__ import annotations

import binascii
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Final

import msgspec

from dashboard.errors import ParameterError

# What proxies and browsers pass on without a thought (RFC 9110 4.1 asks for 8,000).
_LONGEST: Final = 7_000
# Our longest form.
_MOST_BYTES: Final = 64 * 1024


class Linked(msgspec.Struct, frozen=True, kw_only=True):
    """What a link holds."""

    text: str
    values: dict[str, str] = {}


def question_link(text: str, values: Mapping[str, str]) -> str:
    """Return the page's address with a question in it, "" when that would be too long."""
    packed = zlib.compress(msgspec.json.encode(Linked(text=text, values=dict(values))), 9)
    encoded = urlsafe_b64encode(packed).decode().rstrip("=")
    return f"/sql?q={encoded}" if len(encoded) <= _LONGEST else ""


def read_link(encoded: str) -> Linked:
    """Return what stands in the `q` of an address; raises ParameterError."""
    try:
        packed = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(packed, _MOST_BYTES)
        if not unpacker.eof:
            raise ValueError
        return msgspec.json.decode(data, type=Linked)
    except (ValueError, binascii.Error, zlib.error, msgspec.MsgspecError) as error:
        raise ParameterError("q", "the link is cut short or changed: ask for it again") from error
