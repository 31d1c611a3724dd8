"""Own origin: whether a call about a visitor is a page's of the site, or another website's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from collector.errors import CollectorError
from collector.rules.site import SiteRules


class ForeignOriginError(CollectorError):
    """Another website's page asks: answer 403."""

    def __init__(self) -> None:
        super().__init__("this is for the site's own pages and for the visitor alone")


def reading_headers(
    headers: Mapping[str, str], rules: SiteRules, public_url: str
) -> dict[str, str]:
    """Return what lets the page that asks read the answer; raises ForeignOriginError."""
    origin = headers.get("origin")
    if origin is None:
        # Browsers name the origin of what changes something, and of what scripts may read.
        if headers.get("sec-fetch-site") == "cross-site":
            raise ForeignOriginError
        return {}
    if not is_listeners(origin, headers, public_url) and not _is_sites(origin, rules):
        raise ForeignOriginError
    return {"access-control-allow-origin": origin}


def preflight_headers(methods: Iterable[str]) -> dict[str, str]:
    """Return what a page that may read the answer may send."""
    return {
        "access-control-allow-methods": ", ".join(methods),
        "access-control-allow-headers": "Content-Type, Footfall-Claim",
        "access-control-max-age": "600",
    }


def is_listeners(origin: str, headers: Mapping[str, str], public_url: str) -> bool:
    """Tell whether an origin is this listener's, as browsers reach it."""
    if public_url:
        own = urlsplit(public_url)
        return origin == f"{own.scheme}://{own.netloc}"
    return urlsplit(origin).netloc == headers.get("host", "")


def _is_sites(origin: str, rules: SiteRules) -> bool:
    """Tell whether an origin is one of the site's hostnames, whatever else it counts."""
    try:
        host = urlsplit(origin).hostname
    except ValueError:
        return False
    return host is not None and rules.is_own_hostname(host)
