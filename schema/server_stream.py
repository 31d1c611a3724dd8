"""Server streams: answers of a ClickHouse server, passed on as they come over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlencode, urlsplit

import urllib3
from msgspec import json
from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.response import BaseHTTPResponse

from schema.errors import StoreError
from schema.stream import QueryError, Question, Usage, kill, query_error, settings_clause

# As many as may be asked at once, and one that ends them; more than our own limits let through.
_CONNECTIONS: Final = 16


class ServerStreams:
    """Streams of one server; `url` is that of the store."""

    def __init__(
        self,
        url: str,
        *,
        database: str,
        connect_timeout_s: int,
        timeout_s: int,
        authority: Path | None = None,
    ) -> None:
        parts = urlsplit(url)
        port = parts.port or (8443 if parts.scheme == "https" else 8123)
        self._url = f"{parts.scheme}://{parts.hostname}:{port}/"
        self._database = parts.path.strip("/") or database
        self._pool = urllib3.PoolManager(
            maxsize=_CONNECTIONS,
            headers=urllib3.make_headers(
                basic_auth=f"{unquote(parts.username or 'default')}:{unquote(parts.password or '')}"
            ),
            timeout=urllib3.Timeout(connect=connect_timeout_s, read=timeout_s),
            retries=False,
            cert_reqs="CERT_REQUIRED",
            ca_certs=None if authority is None else str(authority),
        )

    def text(self, sql: str, parameters: Mapping[str, str] | None = None) -> bytes:
        """Return a short answer whole, in the format that the statement names."""
        response = self._request(sql, parameters or {}, preload=True)
        return response.data

    def open(self, question: Question) -> ServerStream:
        """Return the answer as it begins; raises QueryError when it never does."""
        settings = {
            **question.settings,
            "log_comment": question.mark,
            "cancel_http_readonly_queries_on_client_close": 1,
        }
        sql = f"{question.sql}\nFORMAT {question.output_format}{settings_clause(settings)}"
        response = self._request(sql, question.parameters, preload=False)
        return ServerStream(self, question.mark, response)

    def close(self) -> None:
        """Close every connection; no stream may be open."""
        self._pool.clear()

    def _request(
        self, sql: str, parameters: Mapping[str, str], *, preload: bool
    ) -> BaseHTTPResponse:
        # In a form, as an address is too short for long values; the server takes 128 KiB of each.
        fields = {"query": sql} | {f"param_{name}": value for name, value in parameters.items()}
        query = urlencode({"database": self._database})
        try:
            response = self._pool.request(
                "POST", f"{self._url}?{query}", fields=fields, preload_content=preload
            )
        except HTTPError as error:
            fault = type(error).__name__
            raise StoreError(f"the ClickHouse server does not answer: {fault}") from error
        if response.status != 200:
            message = response.data.decode("utf-8", "replace")
            response.release_conn()
            raise query_error(message)
        return response


class ServerStream:
    """One answer: the body of a response."""

    def __init__(self, streams: ServerStreams, mark: str, response: BaseHTTPResponse) -> None:
        self.usage = _usage(response)
        self._streams = streams
        self._mark = mark
        self._response = response
        self._ended = False

    def read(self, limit_bytes: int, timeout_s: float | None = None) -> bytes:
        """Return what there is next, b"" at the end; raises QueryError and TimeoutError.

        The connection has one timeout for all that is read from it, which is the longest here.
        """
        try:
            data = self._response.read1(limit_bytes)
        except ReadTimeoutError as error:
            raise TimeoutError from error
        except HTTPError as error:
            self._ended = True
            # The server's own message stands at the end of what came before.
            raise QueryError(1002, "DB::Exception: the server broke off its answer") from error
        self._ended = not data
        return data

    def cancel(self) -> None:
        """End the query, which ends a waiting `read`."""
        if not self._ended:
            kill(self._streams, self._mark)

    def close(self) -> None:
        """Give up the connection; a query that still writes to it is ended."""
        if self._ended:
            self._response.release_conn()
        else:
            self.cancel()
            self._response.close()


def _usage(response: BaseHTTPResponse) -> Usage:
    try:
        found = json.decode(response.headers.get("X-ClickHouse-Summary", "{}"), type=dict[str, str])
        return Usage(
            read_rows=int(found.get("read_rows", 0)),
            read_bytes=int(found.get("read_bytes", 0)),
            result_rows=int(found.get("result_rows", 0)),
            elapsed_s=int(found.get("elapsed_ns", 0)) / 1e9,
        )
    except ValueError:
        return Usage()
