"""OpenAPI: the public listener described for programs, as the bytes of one JSON document.

The beacon's schema is made from what reads it, so that the two cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, Final

import msgspec

from collector.decode import Payload
from collector.event import DROP_REASONS
from collector.listener.answer import DROPPED_HEADER
from collector.listener.protocol import BODY_LIMIT_S
from collector.metrics import LATE_REASONS
from collector.request import BODY_LIMIT_BYTES
from collector.rights.openapi import privacy_paths, privacy_schemas

_Node = dict[str, Any]

# What people know fields by; the schema has their types and limits.
_FIELD_TEXTS: Final[Mapping[tuple[str, ...], str]] = {
    ("name", "n"): "`pageview`, `engagement`, or the name of a custom event.",
    ("url", "u"): "The page's full address; its query is reduced to campaign parameters.",
    ("domain", "d"): "The site; a comma-separated list counts for each.",
    ("referrer", "r"): "Where the visitor came from.",
    ("props", "p", "meta", "m"): "Properties, also as a JSON string of an object.",
    ("revenue", "$"): "An amount, kept exact, and its ISO 4217 currency.",
    ("interactive", "i"): "False when the event does not end a bounce; true unless said.",
    ("scroll_depth", "sd"): "With `engagement`: how far down the page was seen, in percent.",
    ("engagement_time", "e"): "With `engagement`: milliseconds since the last one.",
    ("vitals", "v8"): "With `engagement`: Core Web Vitals of the page load.",
    ("page_id", "k"): "At least 128 random bits for one page load; only its hash is kept.",
    ("signal", "g"): "Whether the browser sends Global Privacy Control or Do Not Track.",
    ("automated", "b"): "`navigator.webdriver`.",
    ("screen_width", "w"): "In CSS pixels; only its class is kept.",
    ("timezone", "tz"): "IANA name.",
    ("language", "l"): "BCP 47; only the primary subtag is kept.",
    ("consent_id", "c"): "Only after consent; only its hash is kept, on sites that ask for it.",
    ("id",): "A repeat within 10 minutes is counted once.",
    ("ip",): "The visitor's address; taken only with a token of scope `events`.",
    ("user_agent",): "The visitor's user agent; taken only with a token of scope `events`.",
    ("timestamp",): "RFC 3339, earlier today; taken only with a token of scope `events`.",
}
_TOLD_REASONS: Final = [reason for reason in DROP_REASONS if reason not in LATE_REASONS]
_REFUSALS: Final[Mapping[int, str]] = {
    400: "The beacon is malformed, or its site is unknown; `fields` says what is wrong with each.",
    408: f"The body did not arrive within {BODY_LIMIT_S:.0f} seconds.",
    413: f"The body is larger than {BODY_LIMIT_BYTES:,} bytes.",
    415: "The body is encoded: it is taken only as it is, without Content-Encoding.",
    429: "Too many beacons from one address.",
    500: "The beacon met a fault of the collector's and was not counted.",
    503: "The event cannot be made safe now, and nothing of it was kept.",
}
_OF_AN_IMAGE: Final = (400, 429, 500, 503)


def _document() -> _Node:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Footfall: the public listener",
            "version": version("footfall"),
            "description": "Where beacons come in, the script goes out, and visitors ask for their "
            "rights.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {
            "/api/event": {"post": _event()},
            "/pixel.gif": {"get": _pixel()},
            "/beacon.js": {"get": _script("The script as a new site gets it.", [])},
            "/beacon.{features}.js": {
                "get": _script("The script with more features.", [_FEATURES])
            },
            "/health": {"get": _health()},
            "/api/openapi.json": {"get": _description()},
            **privacy_paths(),
        },
        "components": {"schemas": _schemas(), "securitySchemes": {"token": _TOKEN}},
    }


def _event() -> _Node:
    return {
        "operationId": "takeEvent",
        "summary": "Count one occurrence.",
        "security": [{}, {"token": []}],
        "requestBody": {
            "required": True,
            "description": f"One JSON object of at most {BODY_LIMIT_BYTES:,} bytes; the content "
            "type does not matter, and unknown fields are ignored.",
            "content": {"application/json": {"schema": _ref("Beacon")}},
        },
        "responses": {
            "202": {
                "description": "The event is safe on disk.",
                "headers": {DROPPED_HEADER: _DROPPED},
                "content": {"text/plain": {"schema": {"type": "string", "const": "ok"}}},
            }
        }
        | _refusals(_REFUSALS),
    }


def _pixel() -> _Node:
    return {
        "operationId": "takePixel",
        "summary": "Count a pageview of a page without JavaScript.",
        "parameters": [
            _query("site", "The site.", required=True),
            _query("url", "The page's full address; without it, what `Referer` says."),
            _query("referrer", "Where the visitor came from."),
        ],
        "responses": {
            "200": {
                "description": "The event is safe on disk.",
                "headers": {DROPPED_HEADER: _DROPPED},
                "content": {"image/gif": {"schema": {}}},
            }
        }
        | _refusals(_OF_AN_IMAGE),
    }


def _script(summary: str, parameters: Sequence[_Node]) -> _Node:
    not_there = {"404": _text("A feature in the name is unknown.")} if parameters else {}
    return {
        "summary": summary,
        "parameters": list(parameters),
        "responses": {
            "200": {
                "description": "The script, also compressed.",
                "headers": {"ETag": {"schema": {"type": "string"}}},
                "content": {"text/javascript": {"schema": {"type": "string"}}},
            },
            "304": {"description": "The script has not changed."},
        }
        | not_there,
    }


def _health() -> _Node:
    return {
        "operationId": "health",
        "summary": "Tell whether events can be made safe now.",
        "responses": {"200": _text("They can."), "503": _text("They cannot.")},
    }


def _description() -> _Node:
    return {
        "operationId": "describe",
        "summary": "Return this document.",
        "responses": {
            "200": {
                "description": "This document.",
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
        },
    }


def _refusals(statuses: Sequence[int] | Mapping[int, str]) -> _Node:
    return {str(status): _refusal(status) for status in statuses}


def _refusal(status: int) -> _Node:
    answer: _Node = {
        "description": _REFUSALS[status],
        "content": {"application/json": {"schema": _ref("Refusal")}},
    }
    if status in (429, 503):
        seconds = {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}}
        answer["headers"] = {"Retry-After": {"required": True, **seconds}}
    return answer


def _schemas() -> _Node:
    """Return the schemas of a beacon, made from its reader, of a refusal, and of rights."""
    _, schemas = msgspec.json.schema_components(
        [Payload], ref_template="#/components/schemas/{name}"
    )
    found: _Node = dict(schemas)
    beacon = found.pop("Payload") | {"title": "Beacon"}
    beacon["description"] = "Fields under their long or short names; null is absent."
    for names, text in _FIELD_TEXTS.items():
        for name in names:
            beacon["properties"][name]["description"] = text
    beacon["allOf"] = [
        {"anyOf": [{"required": [name]} for name in names]}
        for names in (("name", "n"), ("url", "u"), ("domain", "d"))
    ]
    found["Beacon"] = beacon
    found["Refusal"] = {
        "type": "object",
        "required": ["error", "fields"],
        "additionalProperties": False,
        "properties": {
            "error": {"type": "string"},
            "fields": {
                "type": "object",
                "description": "What is wrong with each field, by the name it was sent under.",
                "additionalProperties": {"type": "array", "items": {"type": "string"}},
            },
        },
    }
    return found | privacy_schemas()


def _query(name: str, text: str, *, required: bool = False) -> _Node:
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": text,
        "schema": {"type": "string"},
    }


def _text(text: str) -> _Node:
    return {"description": text, "content": {"text/plain": {"schema": {"type": "string"}}}}


def _ref(name: str) -> _Node:
    return {"$ref": f"#/components/schemas/{name}"}


_TOKEN: Final[_Node] = {
    "type": "http",
    "scheme": "bearer",
    "description": "A token of scope `events`, for a shop's own servers.",
}
_FEATURES: Final[_Node] = {
    "name": "features",
    "in": "path",
    "required": True,
    "description": "`all`, or names parted by dots: vitals, outbound, downloads, elements, forms, "
    "notfound, hash, consent (or, in its place, strict); or either with the content's hash behind "
    "it.",
    "schema": {"type": "string", "examples": ["all", "outbound.vitals"]},
}
_DROPPED: Final[_Node] = {
    "description": f"Well formed, and not counted: {', '.join(_TOLD_REASONS)}.",
    "schema": {"type": "string"},
}

OPENAPI: Final = msgspec.json.encode(_document())
