"""Rate: how many questions a token may ask in an hour."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from threading import Lock
from typing import Final
from uuid import UUID

# Plausible's default, which its clients keep to; FOOTFALL_API_REQUESTS_PER_HOUR changes it.
REQUESTS_PER_HOUR: Final = 600
WINDOW_S: Final = 3600


@dataclass(frozen=True, slots=True)
class Use:
    """A token's use of its hour after one request."""

    limit: int
    remaining: int
    reset_at: int  # Unix seconds at which a new hour begins
    is_over: bool  # this request is one too many
    retry_after_s: int

    def headers(self) -> dict[str, str]:
        """Return the headers that tell it."""
        told = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset_at),
        }
        return told | ({"Retry-After": str(self.retry_after_s)} if self.is_over else {})


class Rate:
    """Counts in memory, by token; an hour begins with a token's first request after the last."""

    def __init__(
        self, limit: int = REQUESTS_PER_HOUR, clock: Callable[[], float] = time.time
    ) -> None:
        self._limit = limit
        self._clock = clock
        self._hours: dict[UUID, tuple[float, int]] = {}  # when it began, and the requests since
        self._lock = Lock()

    def take(self, token: UUID) -> Use:
        """Count a request and return what is left of the hour."""
        with self._lock:
            now = self._clock()
            began, count = self._hours.get(token, (now, 0))
            if now >= began + WINDOW_S:
                began, count = now, 0
            is_over = count >= self._limit
            count += not is_over
            self._hours[token] = (began, count)
        ends = began + WINDOW_S
        return Use(self._limit, self._limit - count, ceil(ends), is_over, max(1, ceil(ends - now)))
