"""Pseudonyms: visitors of imported events, under keys that end with the import.

A salt is destroyed with its day, so a day that is over has none: each day of an import gets a key
of its own, which is in memory only.  So nothing that came in can be found from an address, and
visitors of different days never overlap, as with those that were counted here.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import date

from collector.facts.salt import KEY_BYTES, Salt
from collector.facts.visitor import VISITOR_ID_BYTES, IPAddress, VisitorId, visitor_id


class Pseudonyms:
    """One import's."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._salts: dict[date, Salt] = {}

    def of_address(self, day: date, address: IPAddress, user_agent: str) -> VisitorId:
        """Return the visitor behind an address and a user agent on a day."""
        return visitor_id(self._salt(day), self._site, address, user_agent)

    def of_name(self, day: date, name: str) -> VisitorId:
        """Return the visitor that another program called `name`, on a day."""
        key = self._salt(day).key
        digest = hashlib.blake2b(name.encode(), key=key, digest_size=VISITOR_ID_BYTES).digest()
        return VisitorId(int.from_bytes(digest, "big") or 1)

    def _salt(self, day: date) -> Salt:
        salt = self._salts.get(day)
        if salt is None:
            salt = self._salts[day] = Salt(day, secrets.token_bytes(KEY_BYTES))
        return salt
