"""ClickHouse front: the server's HTTP interface over the embedded engine, as far as clients use it.

It lets the same tests drive the store through clickhouse-connect's HTTP client where no server
runs.  The query, its settings, parameters and compression travel as they do to a server; errors
come back with their code.
"""

from __future__ import annotations

import base64
import gzip
import re
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import brotli  # type: ignore[import-untyped]
import chdb
import lz4.frame
import uvicorn
from backports import zstd
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

USER: Final = "footfall"
PASSWORD: Final = "front door"

_START_LIMIT_S: Final = 60.0

# What the HTTP interface takes for itself; every other URL parameter is a setting of the engine.
_OWN_PARAMETERS: Final = frozenset(
    {
        "query",
        "database",
        "default_format",
        "query_id",
        "session_id",
        "session_timeout",
        "session_check",
        "compress",
        "decompress",
        "role",
        "quota_key",
        "buffer_size",
        "wait_end_of_query",
        "enable_http_compression",
        "client_protocol_version",
        "send_progress_in_http_headers",
        "http_headers_progress_interval_ms",
        "cancel_http_readonly_queries_on_client_close",
    }
)
_INSERT: Final = re.compile(rb"\s*INSERT\s+INTO\s", re.IGNORECASE)
_INSERT_FORMAT: Final = re.compile(r"\bFORMAT\s+(\w+)\s*\Z", re.IGNORECASE)
_CODE: Final = re.compile(r"Code: (\d+)\.")

# Codes that a server answers with a status of their own; others are 500 (HTTPHandler's table).
_STATUS: Final[Mapping[int, int]] = {
    47: 404,  # UNKNOWN_IDENTIFIER
    60: 404,  # UNKNOWN_TABLE
    62: 400,  # SYNTAX_ERROR
    81: 404,  # UNKNOWN_DATABASE
    115: 404,  # UNKNOWN_SETTING
    516: 403,  # AUTHENTICATION_FAILED
}

_DECODE: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "": lambda data: data,
    "identity": lambda data: data,
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "br": brotli.decompress,
    "zstd": zstd.decompress,
    "lz4": lz4.frame.decompress,
}
_ENCODE: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "zstd": zstd.compress,
    "lz4": lz4.frame.compress,
    "gzip": gzip.compress,
}


class FrontError(Exception):
    """A refusal of the front's own, worded as the server words it."""


@contextmanager
def clickhouse_front(path: Path, **tls: str) -> Iterator[str]:
    """Serve the engine at `path` and yield its URL, without a database.

    The engine may be open elsewhere in this process: it is one engine then.  `tls` are uvicorn's
    options for a certificate.
    """
    application = Starlette(
        routes=[
            Route("/ping", _ping),
            Route("/", _endpoint(path), methods=["GET", "POST"]),
        ]
    )
    config = uvicorn.Config(
        application,
        host="127.0.0.1",
        port=0,
        log_level="critical",
        ssl_certfile=tls.get("ssl_certfile"),
        ssl_keyfile=tls.get("ssl_keyfile"),
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="clickhouse front", daemon=True)
    thread.start()
    try:
        login = f"{USER}:{PASSWORD.replace(' ', '%20')}"
        yield f"{'https' if tls else 'http'}://{login}@127.0.0.1:{_port(server)}"
    finally:
        server.should_exit = True
        thread.join()


def _port(server: uvicorn.Server) -> int:
    limit_s = time.monotonic() + _START_LIMIT_S
    while not server.started:
        assert time.monotonic() < limit_s, "the front did not start"
        time.sleep(0.002)
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return port


async def _ping(_: Request) -> Response:
    return PlainTextResponse("Ok.\n")


def _endpoint(path: Path) -> Callable[[Request], object]:
    async def answer(request: Request) -> Response:
        body = _DECODE[request.headers.get("content-encoding", "")](await request.body())
        parameters = dict(request.query_params)
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            form = await request.form()
            parameters |= {name: str(value) for name, value in form.items()}
            body = b""
        try:
            _authenticate(request)
            answered = await run_in_threadpool(_execute, path, parameters, body)
        except (RuntimeError, FrontError) as error:
            return _refusal(str(error))
        return _answer(request, answered)

    return answer


def _authenticate(request: Request) -> None:
    expected = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    if request.headers.get("authorization") != f"Basic {expected}":
        raise FrontError("Code: 516. DB::Exception: Authentication failed: password is incorrect")


def _answer(request: Request, content: bytes) -> Response:
    headers = {"X-ClickHouse-Timezone": "UTC", "X-ClickHouse-Server-Display-Name": "front"}
    if content:
        headers["X-ClickHouse-Format"] = "Native"
    if request.query_params.get("enable_http_compression") == "1":
        wanted = request.headers.get("accept-encoding", "")
        encoding = next((name for name in _ENCODE if name in wanted), None)
        if encoding:
            content = _ENCODE[encoding](content)
            headers["Content-Encoding"] = encoding
    return Response(content, headers=headers, media_type="application/octet-stream")


def _refusal(message: str) -> Response:
    found = _CODE.search(message)
    code = int(found[1]) if found else 1002
    return PlainTextResponse(
        message,
        status_code=_STATUS.get(code, 500),
        headers={"X-ClickHouse-Exception-Code": str(code)},
    )


def _execute(path: Path, parameters: Mapping[str, str], body: bytes) -> bytes:
    """Run one request on a connection of its own, so that its settings end with it."""
    connection = chdb.connect(str(path.resolve()))
    try:
        for name, value in parameters.items():
            if name not in _OWN_PARAMETERS and not name.startswith("param_"):
                connection.query(f"SET {_identifier(name)} = {_literal(value)}", "TabSeparated")
        if database := parameters.get("database"):
            connection.query(f"USE {_identifier(database)}", "TabSeparated")
        return _run(connection, parameters, body)
    finally:
        connection.close()


def _run(connection: Any, parameters: Mapping[str, str], body: bytes) -> bytes:
    query = parameters.get("query", "").encode()
    if _INSERT.match(query or body):
        head, _, data = (query, b"", body) if query else body.partition(b"\n")
        if _INSERT_FORMAT.search(head.decode()):
            return _insert(connection, head.decode(), data)
    bound = {
        name.removeprefix("param_"): value
        for name, value in parameters.items()
        if name.startswith("param_")
    }
    sql = b"\n".join(part for part in (query, body) if part)
    form = parameters.get("default_format", "TabSeparated")
    answer: bytes = connection.query(sql, form, params=bound).bytes()
    return answer


def _insert(connection: Any, head: str, data: bytes) -> bytes:
    """Insert by a file: the engine in process has no body to read data from."""
    with tempfile.NamedTemporaryFile(suffix=".block") as file:
        file.write(data)
        file.flush()
        sql = _INSERT_FORMAT.sub(rf"FROM INFILE {_literal(file.name)} FORMAT \1", head)
        connection.query(sql, "TabSeparated")
    return b""


def _identifier(name: str) -> str:
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def _literal(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
