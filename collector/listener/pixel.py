"""Pixel: the image that counts a pageview for a page without JavaScript."""

from __future__ import annotations

import base64
from typing import Final

import msgspec
from starlette.datastructures import Headers, QueryParams

from collector.decode import Payload, Problems, decode
from collector.event import PAGEVIEW

# One transparent pixel: GIF89a, a palette of two, pixel 0 transparent.
GIF: Final = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")

GIF_HEADERS: Final = {
    "content-type": "image/gif",
    "cache-control": "no-store, no-cache, must-revalidate, private",
    "pragma": "no-cache",  # HTTP/1.0 proxies
    "expires": "0",
}


def pixel_payload(query: QueryParams, headers: Headers) -> tuple[Payload, Problems]:
    """Return the pageview that a request for the image tells of.

    Without `url` the page is the one that asks for the image, which browsers name in `Referer`.
    """
    told = {
        "name": PAGEVIEW,
        "domain": query.get("site"),
        "url": query.get("url") or headers.get("referer"),
        "referrer": query.get("referrer"),
    }
    return decode(msgspec.json.encode(told))
