"""Headers: what browsers are told of the visitor's page and the notice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from schema.sites import Site

# A host name or "*.NAME"; nothing that would end the directive.
_HOST: Final = re.compile(r"(\*\.)?[a-z0-9.-]+")

_ALWAYS: Final[Mapping[str, str]] = {
    "cache-control": "no-store",
    # Without it browsers name no origin with a form, and the page could not tell whose it is.
    "referrer-policy": "same-origin",
    "vary": "Accept-Language, User-Agent",
}


def page_headers(site: Site | None) -> dict[str, str]:
    """Return a page's headers: only the site's own pages may show it in a frame."""
    ancestors = "'none'" if site is None else " ".join(_ancestors(site))
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; base-uri 'none';"
        f" form-action 'self'; frame-ancestors {ancestors}"
    )
    return {**_ALWAYS, "content-security-policy": policy}


def _ancestors(site: Site) -> list[str]:
    # "*" says whose events count, not who may show this page around a visitor's click.
    named = [name for name in site.hostnames if name != "*"]
    listed = named or [site.name, f"*.{site.name}"]
    hosts = [name.lower() for name in listed if _HOST.fullmatch(name.lower())]
    return ["'self'", *(f"{scheme}://{host}" for host in hosts for scheme in ("https", "http"))]
