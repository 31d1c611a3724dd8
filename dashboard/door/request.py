"""Request: what a ClickHouse client asks over HTTP, read from address, headers and body."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl
from uuid import uuid4

from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException, MultiPartParser

from dashboard.door.compression import decompressed
from dashboard.sql import Asked, RefusedError
from schema.stream import escaped

_SYNTAX_ERROR: Final = 62
_UNKNOWN_DATABASE: Final = 81
_NOT_IMPLEMENTED: Final = 48

# What the HTTP interface takes for itself and this one does, or has no use for; all other URL
# parameters are settings.
_TAKEN: Final = frozenset(
    {
        "query", "database", "default_format", "query_id", "user", "password", "purpose",
        "compress", "decompress", "enable_http_compression", "http_zlib_compression_level",
        "session_id",
        "session_timeout", "session_check", "quota_key", "role", "buffer_size",
        "wait_end_of_query", "client_protocol_version", "send_progress_in_http_headers",
        "http_headers_progress_interval_ms", "cancel_http_readonly_queries_on_client_close",
        "http_write_exception_in_output_format", "stacktrace", "log_comment", "log_queries",
        "readonly", "send_receive_timeout", "http_response_headers", "http_make_head_request",
        "http_wait_end_of_query", "wait_for_async_insert", "async_insert",
        "use_client_time_zone", "ignore_drop_queries_probability",
    }
)  # fmt: skip
# A query_id of a client is given back in a header.
_QUERY_ID: Final = re.compile(r"[\w.:+-]{1,100}")
_YES: Final = ("1", "true")
# The server's own default, and least: each time costs a question to the engine.
_PROGRESS_MS: Final = 100
# Databases that clients name when they are told of none.
_ANY_DATABASE: Final = frozenset({"", "default"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorRequest:
    """One question with what belongs to its answer."""

    asked: Asked
    query_id: str
    database: str  # "" when the client named none
    purpose: str
    encoding: str  # what the answer may be encoded in, as Accept-Encoding; "" for nothing
    engine_blocks: bool  # whether the answer comes in the engine's own compressed blocks
    is_waited_for: bool  # whether the answer is to be whole before it begins
    progress_ms: int  # how often headers tell how far it is; 0: never
    parameters: Mapping[str, str] = field(repr=False)  # all of them, for a user and password


def url_parameters(query_string: bytes) -> dict[str, str]:
    """Return a URL's parameters, the last of each name."""
    return dict(parse_qsl(query_string.decode("ascii", "replace"), keep_blank_values=True))


async def read_request(
    headers: Headers, parameters: dict[str, str], body: bytes, limit_bytes: int
) -> DoorRequest:
    """Return the question in a request; raises RefusedError."""
    if parameters.get("decompress") == "1":
        raise RefusedError("decompress=1", "send the question as it is", _NOT_IMPLEMENTED)
    encoding = headers.get("content-encoding", "").lower()
    body = decompressed(body, encoding, limit_bytes)
    if headers.get("content-type", "").startswith("multipart/form-data"):
        parameters = parameters | await _form(headers, body)
        body = b""
    accepted = headers.get("accept-encoding", "")
    default_format = parameters.get("default_format") or headers.get("x-clickhouse-format")
    return DoorRequest(
        asked=Asked(
            text=_text(parameters.get("query", ""), body),
            parameters=_values(parameters),
            settings={
                name: value
                for name, value in parameters.items()
                if name not in _TAKEN and not name.startswith("param_")
            },
            **({"default_format": default_format} if default_format else {}),
        ),
        query_id=_query_id(parameters.get("query_id", "")),
        database=parameters.get("database") or headers.get("x-clickhouse-database", ""),
        purpose=headers.get("x-footfall-purpose") or parameters.get("purpose", ""),
        encoding=accepted if parameters.get("enable_http_compression") in _YES else "",
        engine_blocks=parameters.get("compress") in _YES,
        is_waited_for="1"
        in (parameters.get("wait_end_of_query"), parameters.get("http_wait_end_of_query")),
        progress_ms=_progress_ms(parameters),
        parameters=parameters,
    )


def check_database(name: str, database: str) -> None:
    """Raise RefusedError unless a client named the one database, or none."""
    if name not in _ANY_DATABASE and name != database:
        raise RefusedError(f"the database {name[:60]}", f"there is {database}", _UNKNOWN_DATABASE)


def _text(query: str, body: bytes) -> str:
    """Return the question: the parameter, then the body, as a server joins them."""
    try:
        text = "\n".join(part for part in (query, body.decode()) if part)
    except UnicodeDecodeError as error:
        raise RefusedError("the question", "expected UTF-8", _SYNTAX_ERROR) from error
    if "\0" in text:
        raise RefusedError("a zero byte", "expected text", _SYNTAX_ERROR)
    return text


def _values(parameters: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of the question, by their names in it."""
    return {
        # A server takes tabs and line ends as they are where they came so; the engine does not.
        name.removeprefix("param_"): _with_line_ends(value)
        for name, value in parameters.items()
        if name.startswith("param_")
    }


def _with_line_ends(value: str) -> str:
    return "\\".join(escaped(part) for part in value.split("\\"))


def _progress_ms(parameters: Mapping[str, str]) -> int:
    if parameters.get("send_progress_in_http_headers") not in _YES:
        return 0
    asked = parameters.get("http_headers_progress_interval_ms", "")
    return max(int(asked[:9]), _PROGRESS_MS) if asked.isdecimal() else _PROGRESS_MS


def _query_id(given: str) -> str:
    return given if _QUERY_ID.fullmatch(given) else str(uuid4())


async def _form(headers: Headers, body: bytes) -> dict[str, str]:
    """Return the fields of a form, as clients send long parameters; files are no part of it."""

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        form = await MultiPartParser(headers, stream(), max_files=0, max_fields=200).parse()
    except MultiPartException as error:
        raise RefusedError("this form", "expected fields alone", _SYNTAX_ERROR) from error
    return {name: str(value) for name, value in form.items()}
