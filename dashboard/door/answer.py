"""Answer: what a ClickHouse client gets over HTTP beside the data: status, headers, errors."""

from __future__ import annotations

import secrets
import string
from typing import Final

import msgspec

from schema.stream import QueryError, Usage

# The statuses of a server's errors, by their codes (HTTPHandler.cpp); others are 500.
_STATUS: Final = {
    **dict.fromkeys((194,), 401),
    **dict.fromkeys((192, 193, 452, 497, 516), 403),
    **dict.fromkeys((46, 47, 60, 81, 115), 404),
    **dict.fromkeys((6, 26, 27, 36, 38, 41, 42, 43, 53, 62, 63, 70, 72, 73, 130, 386), 400),
    **dict.fromkeys((456, 457), 400),
    **dict.fromkeys((159,), 408),
    **dict.fromkeys((201, 202), 429),
    **dict.fromkeys((48,), 501),
}  # fmt: skip
_RETRY_AFTER_S: Final = {201: 600, 202: 5}
_TAG_LETTERS: Final = 16


def error_status(error: QueryError) -> int:
    """Return the status of an answer that is an error."""
    return _STATUS.get(error.code, 500)


def error_text(error: QueryError, version: str) -> bytes:
    """Return an error as a server words it."""
    return f"Code: {error.code}. {error.text} (version {version})\n".encode()


def error_headers(error: QueryError) -> dict[str, str]:
    """Return the headers that an error adds."""
    headers = {
        "X-ClickHouse-Exception-Code": str(error.code),
        "Content-Type": "text/plain; charset=UTF-8",
    }
    if error.code in _RETRY_AFTER_S:
        headers["Retry-After"] = str(_RETRY_AFTER_S[error.code])
    if error_status(error) == 401:
        headers["WWW-Authenticate"] = 'Basic realm="ClickHouse"'
    return headers


def new_tag() -> str:
    """Return what marks an error at the end of an answer that had begun."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(_TAG_LETTERS))


def late_error(error: QueryError, tag: str, version: str) -> bytes:
    """Return an error as it ends an answer that had begun (from 25.11 on)."""
    text, mark = error_text(error, version), tag.encode()
    border = b"\r\n__exception__\r\n"
    return border + mark + b"\r\n" + text + b"%d " % len(text) + mark + border


def summary(usage: Usage, result_bytes: int) -> str:
    """Return what X-ClickHouse-Summary says of a query: numbers as texts, as a server does."""
    figures = {
        "read_rows": usage.read_rows,
        "read_bytes": usage.read_bytes,
        "written_rows": 0,
        "written_bytes": 0,
        "total_rows_to_read": max(usage.total_rows, usage.read_rows),
        "result_rows": usage.result_rows,
        "result_bytes": result_bytes,
        "elapsed_ns": int(usage.elapsed_s * 1e9),
    }
    return _texts(figures)


def progress_line(usage: Usage) -> str:
    """Return what X-ClickHouse-Progress says of a query that runs."""
    return _texts(
        {
            "read_rows": usage.read_rows,
            "read_bytes": usage.read_bytes,
            "total_rows_to_read": usage.total_rows,
            "elapsed_ns": int(usage.elapsed_s * 1e9),
        }
    )


def _texts(figures: dict[str, int]) -> str:
    return msgspec.json.encode({name: str(value) for name, value in figures.items()}).decode()
