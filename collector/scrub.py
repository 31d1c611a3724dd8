"""Scrubbing: cutting what looks like an e-mail address out of text that is going to be written."""

from __future__ import annotations

import re
from typing import Final

# What stands in place of an address, so that the text around it still reads.
_CUT: Final = "[email]"

# An @, plain or percent-encoded, between an atom and a dotted name.  The bounds are those of
# RFC 5321, 4.5.3.1; they also keep the search linear in made-up text.
_EMAIL: Final = re.compile(
    r"[\w.!#$&'*+=?^{|}~%-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", re.IGNORECASE
)


def scrubbed(text: str) -> str:
    """Return the text without e-mail addresses."""
    if "@" in text or "%40" in text:
        return _EMAIL.sub(_CUT, text)
    return text
