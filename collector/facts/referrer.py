"""Referrer: the URL a session came from, without query and fragment."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from collector.facts.page import page_of, split_url
from collector.listener.address import parse_address

_LONGEST: Final = 2_000
# Distinct referrers whose parts are kept, without their queries.
_REFERRERS_KEPT: Final = 8_192
_APP: Final = "android-app"
# Pages and apps; an extension or a file of the visitor's own is no place to come from.
_SCHEMES: Final = frozenset({"http", "https", _APP})


class Referrer(NamedTuple):
    """Where a link was followed; "" when nowhere, or where it cannot be told."""

    url: str = ""
    host: str = ""  # lower case; an app's package for `android-app://`


NO_REFERRER: Final = Referrer()


def referrer_of(text: str) -> Referrer:
    """Return the referrer in what a browser sent; raises nothing."""
    return _referrer_at(split_url(text[:_LONGEST])[0]) if text else NO_REFERRER


@lru_cache(maxsize=_REFERRERS_KEPT)
def _referrer_at(location: str) -> Referrer:
    page = page_of(location)
    # A bare address is no place with a name, and may be the visitor's own.
    if page is None or parse_address(page.hostname.strip("[]")) is not None:
        return NO_REFERRER
    scheme = location.strip().partition("://")[0].lower()
    if scheme not in _SCHEMES:
        return NO_REFERRER
    # An app's address goes on with what it opened, which is ours: only the package tells something.
    path = "/" if scheme == _APP else page.path
    return Referrer(f"{scheme}://{page.hostname}{path}", page.hostname)
