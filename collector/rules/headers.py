"""Headers: what no browser sends together, "" when all of it can stand beside each other.

Only what cannot come from a person's browser is named here.  That hints are absent proves nothing:
Firefox, Safari, web views and pages without TLS send none.  Nor does a version that differs from
the user agent's: browsers freeze parts of it, and apps set their own.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from collector.facts.agent import AGENTS_KEPT
from collector.facts.device import NO_HINTS, Hints

# The one contradiction that is no pretence: Chromium's headless mode names itself in its hints.
HEADLESS: Final = "headless"

# Gecko and WebKit have no client hints (W3C User-Agent Client Hints; Chromium alone has).
_NO_HINTS_ENGINE: Final = re.compile(
    r" Gecko/20100101 Firefox/\d|^(?!.*Chrom).* Version/\d[\d.]* (?:Mobile/\w+ )?Safari/"
)

# Where a user agent says it runs.  Not Linux: Chrome on Android says so in desktop mode.
_SYSTEMS: Final = (("Windows NT", "Windows"), ("Macintosh;", "macOS"))
_DESKTOPS: Final = frozenset({"Windows", "macOS", "Linux", "Chrome OS", "Chromium OS"})
_PHONES: Final = re.compile(r"\(iPhone;|\(iPad;|; Android \d+")


@lru_cache(maxsize=AGENTS_KEPT)
def contradiction(user_agent: str, hints: Hints) -> str:
    """Return what contradicts what; raises nothing, whatever the strings hold."""
    if hints == NO_HINTS:
        return ""
    if b"Headless" in hints.brands:
        return HEADLESS
    if _NO_HINTS_ENGINE.search(user_agent):
        return "hints of another engine"
    return "hints of another system" if _is_elsewhere(user_agent, hints) else ""


def _is_elsewhere(user_agent: str, hints: Hints) -> bool:
    """Tell whether the hints name another system than the user agent.

    A phone's browser in desktop mode may claim any desktop, so a hint that names a phone is
    believed; and old forks for Android call it Linux.
    """
    platform = hints.platform.decode("latin-1").strip('" ')
    if platform not in _DESKTOPS:
        return False
    if _PHONES.search(user_agent):
        return platform in ("Windows", "macOS")
    return any(mark in user_agent and platform != system for mark, system in _SYSTEMS)
