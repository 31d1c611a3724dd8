"""Limits: how much one question may take, and how much all of one reader's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

GIB = 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Our choices, for two cores beside a writer; a client may lower those of a query."""

    # Seconds in which the engine gives nothing although the reader waits: a slow reader is no
    # runaway.  The engine's own limit is the longest that a slow reader may take.
    seconds: int = 30
    seconds_in_all: int = 900
    memory_bytes: int = GIB
    # A site of 50 million events a month, read for a year; a scan of it takes less than a minute.
    read_rows: int = 1_000_000_000
    read_bytes: int = 200 * GIB
    result_rows: int = 50_000_000
    result_bytes: int = 50 * GIB
    # The engine's thread count for dashboards, too: more only wait for each other.
    threads: int = 2
    text_bytes: int = 256 * 1024  # the engine's own max_query_size
    at_once: int = 3
    at_once_for_reader: int = 2
    waiting: int = 50
    wait_s: float = 10.0
    # Of an hour: half of one core.
    seconds_an_hour: int = 1800

    def highest(self) -> Mapping[str, int]:
        """Return the engine's settings that hold these limits; clients may ask for less."""
        return MappingProxyType(
            {
                "max_execution_time": self.seconds_in_all,
                "max_memory_usage": self.memory_bytes,
                "max_rows_to_read": self.read_rows,
                "max_bytes_to_read": self.read_bytes,
                "max_result_rows": self.result_rows,
                "max_result_bytes": self.result_bytes,
                "max_threads": self.threads,
            }
        )
