"""Errors: one class for each thing a caller can do about a failure in the collector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class CollectorError(Exception):
    """What went wrong in the collector."""


class BeaconError(CollectorError):
    """A malformed beacon: answer 400 with `fields`, or `status` where another one says it better.

    `fields` has the messages by field name, as the sender wrote it.  They may quote what was
    sent, so they go to the sender and into no log.
    """

    def __init__(
        self, message: str, fields: Mapping[str, Sequence[str]] | None = None, *, status: int = 400
    ) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})
        self.status = status


class RateError(CollectorError):
    """Too many beacons from one address: answer 429 with `retry_after_s`, whole seconds."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"too many beacons from this address: send it again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class JournalError(CollectorError):
    """Records could not be made safe: answer 503; nothing of them is kept."""


class NotReadyError(CollectorError):
    """The collector cannot take a beacon yet, or not as many: answer 503."""
