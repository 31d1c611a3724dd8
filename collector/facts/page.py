"""Page: the hostname and path of an address, all that is kept of it beside its campaign."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import unquote

from collector.facts.scrub import scrubbed

# Distinct pages whose parts are kept. Our choice: more than most shops have; a page is 100 bytes.
_PAGES_KEPT: Final = 8_192

# RFC 3986, 3: scheme, user information (left out), host, port (left out), path.
_LOCATION: Final = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:[^/@]*@)?(\[[0-9a-f:.]+\]|[^/@:\[\]\\\s]+)(?::\d{0,5})?(/.*)?",
    re.IGNORECASE | re.DOTALL,
)
_HOST: Final = re.compile(r"[a-z0-9_.-]{1,253}|\[[0-9a-f:.]+\]")


class Page(NamedTuple):
    """Where something happened."""

    hostname: str  # lower case, non-ASCII names as browsers send them (punycode)
    path: str  # starts with "/", percent-decoded where that is readable


def split_url(url: str) -> tuple[str, str]:
    """Return what is before the query, and the query; the fragment is dropped."""
    location, _, query = url.partition("#")[0].partition("?")
    return location, query


@lru_cache(maxsize=_PAGES_KEPT)
def page_of(location: str) -> Page | None:
    """Return the page at an absolute URL without query; None when it is not one."""
    found = _LOCATION.fullmatch(location.strip())
    if found is None:
        return None
    hostname = ascii_hostname(found[1])
    return Page(hostname, scrubbed(_readable(found[2] or "/"))) if hostname else None


def ascii_hostname(hostname: str) -> str:
    """Return a hostname as it is compared; "" when it cannot be one."""
    name = hostname.lower().rstrip(".")
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    return name if _HOST.fullmatch(name) else ""


def _readable(path: str) -> str:
    """Return the path decoded, or as it is when that gives no readable text."""
    if "%" in path:
        try:
            decoded = unquote(path, errors="strict")
        except UnicodeDecodeError:
            decoded = path
        if decoded.isprintable():
            path = decoded
    return path if path.isprintable() else "".join(c for c in path if c.isprintable())
