"""Language: the primary subtag of what a browser says it prefers."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

# RFC 5646, 2.1: two or three letters; the rest (region, script) would tell more than is needed.
_PRIMARY: Final = re.compile(r"\s*([A-Za-z]{2,3})(?![A-Za-z0-9])")


@lru_cache(maxsize=1_024)
def language_of(tag: str) -> str:
    """Return the primary subtag of a BCP 47 tag or of Accept-Language's first; "" for others."""
    found = _PRIMARY.match(tag)
    return found[1].lower() if found else ""
