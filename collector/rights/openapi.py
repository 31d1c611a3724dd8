"""OpenAPI of the privacy routes: paths and schemas for the public listener's description.

The bodies' schemas are made from what reads them, the receipts' from what is signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, get_args

import msgspec

from collector.listener.protocol import BODY_LIMIT_S
from collector.request import BODY_LIMIT_BYTES
from collector.rights.consent import DecisionBody
from collector.rights.page.words import LANGUAGES
from collector.rights.wishes import DEVICES, CorrectionWish, RequestWish
from privacy.consent import Decision
from privacy.receipts import Receipt
from privacy.records import RequestKind

_Node = dict[str, Any]

_ID: Final = "3f2b8c1d9e4a47f6b0c5d8e1f2a3b4c5"
_DAY: Final = "2026-12-21"
_COUNTS: Final = {"events": 3, "sessions": 1}
_ACTIONS: Final = (
    "show", "copy", "ask", "object", "object_back", "erase", "correct", "restrict", "release",
)  # fmt: skip

_REFUSALS: Final[Mapping[int, str]] = {
    400: "The body is not as documented; `fields` says what is wrong with each.",
    401: "Nothing says whose receipts are meant: the header `Footfall-Claim` is missing.",
    403: "Another website's page asks, or what was shown proves nothing.",
    404: "No site has this name, or there is no such thing.",
    408: f"The body did not arrive within {BODY_LIMIT_S:.0f} seconds.",
    413: f"The body is larger than {BODY_LIMIT_BYTES:,} bytes.",
    429: "Too many calls from one address.",
    503: "It cannot be answered now, and nothing was changed.",
}
_ALWAYS: Final = (403, 404, 429, 503)
_WITH_BODY: Final = (400, 408, 413)


def privacy_paths() -> _Node:
    """Return each path with its operations."""
    site, claim = _SITE, _CLAIM
    return {
        "/api/privacy/{site}/me": {
            "parameters": [site, claim],
            "get": _look(),
            "patch": _correct(),
            "delete": _erase(),
        },
        "/api/privacy/{site}/me/restriction": {
            "parameters": [site, claim],
            "put": _changing("restrict", "Keep it where nothing sees it.", "restricted"),
            "delete": _changing("release", "End a restriction.", "released"),
        },
        "/api/privacy/{site}/me/objection": {
            "parameters": [site, claim],
            "put": _objection("object", "Count nothing more today.", objects=True),
            "delete": _objection("objectNoMore", "Count again.", objects=False),
        },
        "/api/privacy/{site}/requests": {"parameters": [site, claim], "post": _request()},
        "/api/privacy/{site}/receipts/{id}": {
            "parameters": [site, claim, _RECEIPT],
            "get": _receipt(),
        },
        "/api/privacy/{site}/consent": {
            "parameters": [site],
            "get": _consents(),
            "post": _decide(),
        },
        "/api/privacy/{site}/consent/covered": {"parameters": [site], "get": _covered()},
        "/api/privacy/key": {"get": _public_key()},
        "/privacy/{site}": {"parameters": [site], "get": _page(), "post": _form()},
        "/privacy/{site}/notice": {"parameters": [site], "get": _notice()},
    }


def privacy_schemas() -> _Node:
    """Return the schemas that the paths name."""
    types = (CorrectionWish, RequestWish, DecisionBody, Receipt, Decision)
    _, found = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    schemas: _Node = dict(found)
    summary = {
        "type": "object",
        "required": ["day", "today", "proved", "restricted", "signal", "objection"],
        "properties": {
            "day": {"type": "string", "format": "date", "description": "The site's."},
            "today": _object(events=_COUNT, pageviews=_COUNT, sessions=_COUNT)
            | {"description": "Of today's pseudonym, which several people may share."},
            "proved": _COUNT | {"description": "Events that the claim proved."},
            "restricted": _COUNT | {"description": "Events that are kept where nothing sees them."},
            "signal": {"type": "boolean", "description": "GPC or DNT: counted for nobody."},
            "objection": {"type": "boolean", "description": "Not counted today."},
        },
    }
    held = _object(summary=_ref("Summary")) | {"description": "`events`, `claim` against proof."}
    held["properties"] |= {
        "events": {
            "type": "array",
            "description": "With the columns of the view `events`, oldest first.",
            "items": {"type": "object"},
        },
        "claim": {"type": "string", "description": "Proves the same again, for 30 days."},
    }
    return schemas | {
        "Summary": summary,
        "Held": held,
        "Counts": _object(events=_COUNT, sessions=_COUNT),
        "Pending": _object(id=_RECORD_ID, due={"type": "string", "format": "date"}),
        "SignedReceipt": _object(receipt=_ref("Receipt"), signature=_BASE64),
        "SignedDecision": _object(receipt=_ref("Decision"), signature=_BASE64),
    }


def _look() -> _Node:
    example = {
        "summary": {
            "day": "2026-11-21",
            "today": {"events": 3, "pageviews": 2, "sessions": 1},
            "proved": 0,
            "restricted": 0,
            "signal": False,
            "objection": False,
        }
    }
    answer = _json("What is held.", _ref("Held"), example)
    answer["content"]["text/csv"] = {"schema": {"type": "string"}}
    return _operation(
        "lookAtMine",
        "Tell what is held about the visitor who asks.",
        {"200": answer},
        parameters=[_query("format", "`csv` for the events as CSV; so does `Accept: text/csv`.")],
    )


def _correct() -> _Node:
    return _changing(
        "correctMine",
        "Correct the place or the device of what was proved, or make it nobody's.",
        "changed",
        body=_body("CorrectionWish", {"country": "AZ", "region": "AZ-BA", "city": "Baku"}),
    )


def _erase() -> _Node:
    answer = _object(
        removed=_ref("Counts"), receipt=_ref("Receipt"), signature=_BASE64
    )  # fmt: skip
    done = _json("Nothing of it is left to be found.", answer)
    return _operation("eraseMine", "Delete it.", {"200": done, "202": _pending("Done later.")})


def _changing(name: str, summary: str, verb: str, body: _Node | None = None) -> _Node:
    schema = _object(**{verb: _ref("Counts"), "id": _RECORD_ID})
    answers = {
        "200": _json("It is done.", schema, {verb: _COUNTS, "id": _ID}),
        "202": _pending("The store is away: it is safe, and done later."),
    }
    return _operation(name, summary, answers, body=body)


def _objection(name: str, summary: str, *, objects: bool) -> _Node:
    schema = _object(
        objection={"type": "boolean", "const": objects}, day={"type": "string", "format": "date"}
    )
    example = {"objection": objects, "day": "2026-11-21"}
    return _operation(name, summary, {"200": _json("It holds for the day.", schema, example)})


def _request() -> _Node:
    example = {"kind": "question", "contact": "leyla@mail.example", "message": "How long?"}
    answers = {"201": _pending("It is before a person, who answers by the day named.")}
    body = _body("RequestWish", example)
    return _operation("askAPerson", "Put a question or complaint to a person.", answers, body=body)


def _receipt() -> _Node:
    answers = {"200": _json("The receipt.", _ref("SignedReceipt"))}
    return _operation("readReceipt", "Return a deletion's receipt once it is done.", answers)


def _consents() -> _Node:
    schema = _object(receipts={"type": "array", "items": _ref("SignedDecision")})
    answers = {"200": _json("Oldest first.", schema, {"receipts": []})}
    claim = _CLAIM | {"description": "`consent=ID`, and nothing else.", "required": True}
    return _operation(
        "readConsents",
        "Return the receipts of what was decided under a consent id.",
        answers,
        parameters=[claim],
        refusals=(401, *_ALWAYS),
    )


def _decide() -> _Node:
    answers = {"201": _json("The signed receipt; the decision is safe.", _ref("SignedDecision"))}
    body = _body(
        "DecisionBody",
        {"state": "granted", "consent_id": "a-consent-id-of-the-browser", "version": "2026-11"},
    )
    body["description"] += " Unknown fields are ignored; the site asks for consent."
    return _operation("tellDecision", "Keep what a visitor decided.", answers, body=body)


def _covered() -> _Node:
    since: _Node = {"type": ["string", "null"], "format": "date-time"}
    example = {"covered_since": "2026-12-21T20:00:00.000+00:00"}
    answer = _json(
        "The instant; null: every consent covers it.", _object(covered_since=since), example
    )
    summary = "Tell from when on consents cover all that is done now."
    return _operation("readCovered", summary, {"200": answer})


def _public_key() -> _Node:
    schema = _object(algorithm={"type": "string", "const": "Ed25519"}, key=_BASE64)
    answers = {"200": _json("32 bytes, in base64.", schema)}
    return _operation(
        "readKey", "Return the key that receipts are checked with.", answers, refusals=(503,)
    )


def _page() -> _Node:
    answers = {"200": _html("The page."), **_page_refusals((404, 429, 503))}
    return _operation("showPage", "The visitor's own page.", answers, [_LANG], refusals=())


def _form() -> _Node:
    fields: _Node = {
        "action": {"type": "string", "enum": list(_ACTIONS)},
        "token": {"type": "string", "description": "As the page has it; good for two hours."},
        "claim": {"type": "string", "description": "As in `Footfall-Claim`, parted by spaces."},
        "lang": {"type": "string", "enum": list(LANGUAGES)},
        "format": {"type": "string", "enum": ["json", "csv"]},
        "kind": {"type": "string", "enum": list(get_args(RequestKind))},
        "contact": {"type": "string", "maxLength": 254},
        "message": {"type": "string", "maxLength": 4000},
        "country": {"type": "string"},
        "region": {"type": "string"},
        "city": {"type": "string"},
        "device": {"type": "string", "enum": ["", *sorted(DEVICES)]},
        "not_me": {"type": "string"},
    }
    schema = {"type": "object", "required": ["action", "token"], "properties": fields}
    done = _html("What was done; for `copy` a file.")
    done["content"] |= {
        "application/json": {"schema": _ref("Held")},
        "text/csv": {"schema": {"type": "string"}},
    }
    answers = {"200": done, **_page_refusals((400, 403, 404, 408, 413, 429, 503))}
    body = {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}}
    return _operation(
        "sendForm", "Do what a form of the page asks.", answers, body=body, refusals=()
    )


def _notice() -> _Node:
    shown = _html("The notice.")
    shown["content"]["text/markdown"] = {"schema": {"type": "string"}}
    parameters = [
        _LANG,
        _query("format", "`md` for Markdown."),
        _query("version", "With `md`: an earlier version, as the page names it."),
    ]
    answers = {"200": shown, **_page_refusals((404, 503))}
    answers["404"]["content"]["text/plain"] = {"schema": {"type": "string"}}
    return _operation("showNotice", "A site's privacy notice.", answers, parameters, refusals=())


def _operation(
    name: str,
    summary: str,
    answers: _Node,
    parameters: Iterable[_Node] = (),
    *,
    body: _Node | None = None,
    refusals: Iterable[int] | None = None,
) -> _Node:
    """Return an operation; `refusals` None is what every call about a visitor may be answered."""
    statuses = (*_ALWAYS, *(_WITH_BODY if body else ())) if refusals is None else refusals
    found: _Node = {"operationId": name, "summary": summary, "tags": ["privacy"]}
    if parameters := list(parameters):
        found["parameters"] = parameters
    if body is not None:
        found["requestBody"] = body
    return found | {"responses": answers | {str(s): _refusal(s) for s in sorted(statuses)}}


def _refusal(status: int) -> _Node:
    return _retried(status, _json(_REFUSALS[status], _ref("Refusal")))


def _page_refusals(statuses: Iterable[int]) -> _Node:
    return {str(status): _retried(status, _html(_REFUSALS[status])) for status in statuses}


def _retried(status: int, answer: _Node) -> _Node:
    if status in (429, 503):
        schema = {"type": "integer", "minimum": 1}
        answer["headers"] = {
            "Retry-After": {"required": True, "description": "Seconds.", "schema": schema}
        }
    return answer


def _pending(text: str) -> _Node:
    return _json(text, _ref("Pending"), {"id": _ID, "due": _DAY})


def _body(name: str, example: _Node) -> _Node:
    return {
        "required": True,
        "description": f"One JSON object of at most {BODY_LIMIT_BYTES:,} bytes.",
        "content": {"application/json": {"schema": _ref(name), "example": example}},
    }


def _json(text: str, schema: _Node, example: _Node | None = None) -> _Node:
    content: _Node = {"schema": schema}
    if example is not None:
        content["example"] = example
    return {"description": text, "content": {"application/json": content}}


def _html(text: str) -> _Node:
    return {"description": text, "content": {"text/html": {"schema": {"type": "string"}}}}


def _object(**properties: _Node) -> _Node:
    return {"type": "object", "required": list(properties), "properties": properties}


def _query(name: str, text: str) -> _Node:
    return {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}


def _ref(name: str) -> _Node:
    return {"$ref": f"#/components/schemas/{name}"}


_COUNT: Final[_Node] = {"type": "integer", "minimum": 0}
_BASE64: Final[_Node] = {"type": "string", "contentEncoding": "base64"}
_RECORD_ID: Final[_Node] = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
_LANG: Final[_Node] = _query("lang", f"One of {', '.join(LANGUAGES)}; else as the browser asks.")
_SITE: Final[_Node] = {
    "name": "site",
    "in": "path",
    "required": True,
    "schema": {
        "type": "string",
        "minLength": 1,
        "pattern": "^[^/]+$",
        "examples": ["shop.example"],
    },
}
_RECEIPT: Final[_Node] = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": _RECORD_ID | {"examples": [_ID]},
}
_CLAIM: Final[_Node] = {
    "name": "Footfall-Claim",
    "in": "header",
    "description": "What the browser proves: `page=ID` of a page that is open, `consent=ID`, or "
    "`claim=TOKEN` of an earlier answer; several, with commas between. Without it, today's "
    "pseudonym alone.",
    "schema": {"type": "string", "examples": ["page=the-page-id-of-an-open-tab"]},
}
