"""Errors of a question that does not run, under the engine's own numbers."""

from __future__ import annotations

from typing import Final

from schema.stream import QueryError

# The engine's numbers and names of what we refuse ourselves (ErrorCodes.cpp).
_NAMES: Final = {
    48: "NOT_IMPLEMENTED",
    62: "SYNTAX_ERROR",
    73: "UNKNOWN_FORMAT",
    81: "UNKNOWN_DATABASE",
    115: "UNKNOWN_SETTING",
    159: "TIMEOUT_EXCEEDED",
    194: "REQUIRED_PASSWORD",
    201: "QUOTA_EXCEEDED",
    202: "TOO_MANY_SIMULTANEOUS_QUERIES",
    396: "TOO_MANY_ROWS_OR_BYTES",
    452: "SETTING_CONSTRAINT_VIOLATION",
    497: "ACCESS_DENIED",
    516: "AUTHENTICATION_FAILED",
}
ACCESS_DENIED: Final = 497


class RefusedError(QueryError):
    """A question was refused here and the engine never ran it; the text names the part."""

    def __init__(self, part: str, allowed: str, code: int = ACCESS_DENIED) -> None:
        super().__init__(code, f"DB::Exception: {part}: {allowed}. ({_NAMES[code]})")
        self.part = part
        self.allowed = allowed


def refused(part: str, allowed: str) -> RefusedError:
    """Return the refusal of one part of a statement; `allowed` says what may stand there."""
    return RefusedError(f"{part} is not allowed here", allowed)
