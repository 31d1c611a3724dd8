"""OpenAPI: the internal listener's API described for programs, as one JSON document."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from typing import Any, Final

import msgspec

from dashboard.api import v1
from dashboard.api.conditions import MAX_TESTS, MAX_VALUES, TEST_WORDS
from dashboard.api.date_range import COMPARISON_MODES, COUNTED, KEYS
from dashboard.api.fields import MAX_TEXT_LENGTH
from dashboard.api.names import FILTER_NAMES, MAX_PROPERTY_LENGTH, METRICS, PROPERTY, TIME_NAMES
from dashboard.api.question import DEFAULT_LIMIT, MAX_DIMENSIONS
from dashboard.figures.query import MAX_ROWS
from dashboard.signin.sessions import COOKIE

_Node = dict[str, Any]

_HEADERS: Final[_Node] = {
    "X-RateLimit-Limit": ("Requests that the token has in an hour.", "600"),
    "X-RateLimit-Remaining": ("Requests that are left of them.", "599"),
    "X-RateLimit-Reset": ("When a new hour begins, in Unix seconds.", "1795248000"),
}
_REFUSALS: Final = {
    "400": "The request cannot be answered; `error` names the field and what was expected.",
    "401": "The token is missing, unknown, or not of scope `stats`; or nobody is signed in.",
    "403": "The account's password is to be chosen first.",
    "404": "There is no such site, or it is not one of the token's.",
    "429": "The token asked too often; `Retry-After` says for how many seconds to wait.",
    "503": "The store does not answer.",
}


@cache
def openapi_document() -> bytes:
    """Return the description, made once."""
    document: _Node = {
        "openapi": "3.1.0",
        "info": {
            "title": "Footfall stats API",
            "version": version("footfall"),
            "description": "Figures of a site, in the shape of Plausible's Stats API.",
        },
        "security": [{"token": []}],
        "paths": {
            "/api/v2/query": {"post": _query()},
            "/api/v1/stats/aggregate": {
                "get": _older("A site's totals.", "aggregate", [_metrics(), _compare()])
            },
            "/api/v1/stats/timeseries": {
                "get": _older("A site's figures by time.", "timeseries", [_metrics(), _interval()])
            },
            "/api/v1/stats/breakdown": {
                "get": _older(
                    "A site's figures by one property.",
                    "breakdown",
                    [
                        _parameter("property", _dimension(FILTER_NAMES), is_required=True),
                        _metrics(),
                        _parameter("limit", _whole(1, v1.MAX_LIMIT)),
                        _parameter("page", _whole(1, v1.MAX_PAGE)),
                    ],
                )
            },
            "/api/v1/stats/realtime/visitors": {"get": _now()},
            "/api/live": {"get": _live()},
            "/api/openapi.json": {"get": _itself()},
        },
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
            },
            "schemas": _schemas(),
        },
    }
    return msgspec.json.encode(document)


def _query() -> _Node:
    body = {"content": {"application/json": {"schema": _ref("Query")}}, "required": True}
    return {
        "operationId": "query",
        "summary": "Figures by any dimensions, under any conditions.",
        "requestBody": body,
        "responses": _responses(_ref("Answer")),
    }


def _older(summary: str, name: str, parameters: Sequence[_Node]) -> _Node:
    results: _Node = {"type": "object"}
    if name != "aggregate":
        results = {"type": "array", "items": {"type": "object"}}
    schema: _Node = {
        "type": "object",
        "required": ["results"],
        "properties": {"results": results, "meta": _ref("Meta")},
    }
    common = [
        _site(),
        _parameter("period", {"enum": list(v1.PERIODS)}),
        _parameter("date", {"type": "string"}, "A date; two, parted by a comma, with `custom`."),
        _parameter("filters", {"type": "string"}, "As in `event:page==/cart;visit:country!=AZ`."),
        _parameter("with_imported", {"enum": ["true", "false"]}),
    ]
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [*common, *parameters],
        "responses": _responses(schema),
    }


def _live() -> _Node:
    stream = {"text/event-stream": {"schema": {"type": "string"}}}
    refusals = {status: _refusal(status) for status in ("400", "401", "403", "404", "503")}
    return {
        "operationId": "live",
        "summary": "Who is on a site, as server-sent events, to somebody signed in.",
        "security": [{"session": []}],
        "parameters": [_parameter("site", {"type": "string"}, is_required=True)],
        "responses": {"200": {"description": "The stream.", "content": stream}, **refusals},
    }


def _itself() -> _Node:
    return {
        "operationId": "describe",
        "summary": "This document.",
        "security": [],
        "responses": {"200": {"description": "Done.", "content": _json({"type": "object"})}},
    }


def _now() -> _Node:
    return {
        "security": [{"token": []}, {"session": []}],
        "operationId": "visitors_now",
        "summary": "How many visitors had an event in the last five minutes.",
        "parameters": [_site()],
        "responses": _responses(_whole(0)),
    }


def _responses(schema: _Node) -> _Node:
    headers = {
        name: {"description": text, "schema": {"type": "string"}, "example": example}
        for name, (text, example) in _HEADERS.items()
    }
    done = {"description": "Done.", "headers": headers, "content": _json(schema)}
    return {"200": done, **{status: _refusal(status) for status in _REFUSALS}}


def _refusal(status: str) -> _Node:
    return {"description": _REFUSALS[status], "content": _json(_ref("Error"))}


def _json(schema: _Node) -> _Node:
    return {"application/json": {"schema": schema}}


def _parameter(
    name: str, schema: _Node, description: str = "", *, is_required: bool = False
) -> _Node:
    told = {"description": description} if description else {}
    return {"name": name, "in": "query", "required": is_required, "schema": schema, **told}


def _site() -> _Node:
    return _parameter("site_id", {"type": "string"}, "The site's name.", is_required=True)


def _metrics() -> _Node:
    text = f"Some of {', '.join(v1.METRICS)}, parted by commas; visitors unless said."
    return _parameter("metrics", {"type": "string"}, text)


def _compare() -> _Node:
    return _parameter("compare", {"enum": ["previous_period"]})


def _interval() -> _Node:
    return _parameter("interval", {"enum": [*v1.INTERVALS, "date"]})


def _ref(name: str) -> _Node:
    return {"$ref": f"#/components/schemas/{name}"}


def _whole(least: int, most: int | None = None) -> _Node:
    limits = {"minimum": least} | ({} if most is None else {"maximum": most})
    return {"type": "integer", **limits}


def _text() -> _Node:
    return {"type": "string", "maxLength": MAX_TEXT_LENGTH, "pattern": "^[^\\u0000]*$"}


def _list(items: _Node, least: int, most: int, *, is_once: bool = False) -> _Node:
    node = {"type": "array", "items": items, "minItems": least, "maxItems": most}
    return node | ({"uniqueItems": True} if is_once else {})


def _tuple(*items: _Node, least: int | None = None) -> _Node:
    least = len(items) if least is None else least
    return {
        "type": "array", "prefixItems": list(items), "items": False, "minItems": least,
        "maxItems": len(items),
    }  # fmt: skip


def _object(properties: _Node, required: Sequence[str] = ()) -> _Node:
    return {
        "type": "object", "properties": properties, "required": list(required),
        "additionalProperties": False,
    }  # fmt: skip


def _dimension(names: Sequence[str]) -> _Node:
    pattern = f"^{PROPERTY}[^\\u0000]{{1,{MAX_PROPERTY_LENGTH}}}$"
    return {"anyOf": [{"enum": list(names)}, {"type": "string", "pattern": pattern}]}


def _schemas() -> _Node:
    return {
        "Error": _object({"error": {"type": "string"}}, ["error"]),
        "Query": _query_schema(),
        "DateRange": {
            "anyOf": [
                {"enum": list(KEYS)},
                {"type": "string", "pattern": f"^({COUNTED})$"},
                _ref("Dates"),
            ]
        },
        "Dates": _tuple(*[{"type": "string", "examples": ["2026-11-01"]}] * 2),
        "Condition": _condition(),
        "Answer": _answer(),
        "Row": _row(),
        "Value": {
            "anyOf": [{"type": ["number", "null"]}, _ref("Money")],
            "description": "Rates are in percent; null is a rate of nothing, or not to be shown.",
        },
        "Money": _object(
            {
                "value": {"type": "number"},
                "currency": {"type": "string"},
                "short": {"type": "string"},
                "long": {"type": "string"},
            },
            ["value", "currency", "short", "long"],
        ),
        "Meta": _meta(),
    }


def _query_schema() -> _Node:
    names = _dimension((*FILTER_NAMES, *TIME_NAMES))
    order = _tuple({"type": "string"}, {"enum": ["asc", "desc"]})
    return _object(
        {
            "site_id": {**_text(), "minLength": 1},
            "metrics": _list({"enum": list(METRICS)}, 1, len(METRICS), is_once=True),
            "date_range": _ref("DateRange"),
            "dimensions": _list(names, 0, MAX_DIMENSIONS, is_once=True),
            "filters": _list(_ref("Condition"), 0, MAX_TESTS),
            "order_by": _list(order, 0, len(METRICS) + MAX_DIMENSIONS),
            "include": _include(),
            "pagination": _object(
                {"limit": _whole(1, DEFAULT_LIMIT), "offset": _whole(0, MAX_ROWS)}
            ),
        },
        ["site_id", "metrics", "date_range"],
    )


def _include() -> _Node:
    flag = {"type": "boolean"}
    comparisons = _object(
        {
            "mode": {"enum": list(COMPARISON_MODES)},
            "date_range": _ref("Dates"),
            "match_day_of_week": flag,
        },
        ["mode"],
    )
    return _object(
        {"imports": flag, "time_labels": flag, "total_rows": flag, "comparisons": comparisons}
    )


def _condition() -> _Node:
    """Return a condition: a test, or others joined or turned."""
    value = {"anyOf": [_text(), {"type": "integer"}]}
    return {
        "anyOf": [
            _tuple(
                {"enum": list(TEST_WORDS)},
                _dimension(FILTER_NAMES),
                _list(value, 1, MAX_VALUES),
                _object({"case_sensitive": {"type": "boolean"}}),
                least=3,
            ),
            _tuple({"enum": ["and", "or"]}, _list(_ref("Condition"), 1, MAX_TESTS)),
            _tuple({"enum": ["not", "has_done", "has_not_done"]}, _ref("Condition")),
        ]
    }


def _answer() -> _Node:
    return _object(
        {
            "results": {"type": "array", "items": _ref("Row")},
            "meta": _ref("Meta"),
            "query": {"type": "object", "description": "The request as it was understood."},
        },
        ["results", "meta", "query"],
    )


def _row() -> _Node:
    values = {"type": "array", "items": _ref("Value")}
    labels = {"type": "array", "items": {"type": "string"}}
    changes = {"type": "array", "items": {"type": ["number", "null"]}}
    return _object(
        {
            "metrics": values,
            "dimensions": labels,
            "comparison": _object(
                {"dimensions": labels, "metrics": values, "change": changes},
                ["dimensions", "metrics", "change"],
            ),
        },
        ["metrics", "dimensions"],
    )


def _meta() -> _Node:
    number = _whole(0)
    return _object(
        {
            "imports_included": {"type": "boolean"},
            "imports_skip_reason": {"type": "string"},
            "time_labels": {"type": "array", "items": {"type": "string"}},
            "total_rows": number,
            "folded_below": {**number, "description": "Rows of fewer visitors are folded."},
            "folded_rows": {
                "type": "array",
                "items": number,
                "description": "Which of `results` are several small rows together.",
            },
            "hidden_below": {**number, "description": "The view has too few visitors to show."},
            "lost_until": {"type": "string", "description": "Up to this day events are gone."},
            "rows_left_out": {**number, "description": "Rows beyond the most that are read."},
            "metric_warnings": {
                "type": "object",
                "additionalProperties": _object(
                    {"code": {"type": "string"}, "warning": {"type": "string"}},
                    ["code", "warning"],
                ),
            },
        }
    )
