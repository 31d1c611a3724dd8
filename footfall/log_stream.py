"""Log stream: a stream's lines, without those that it cannot take.

A log on a full disk would else raise where a beacon is being told that the disk is full, and turn
a 503 into a 500.
"""

from __future__ import annotations

from contextlib import suppress
from io import StringIO
from typing import TextIO


class LogStream(StringIO):
    """What log lines are written to."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream

    def write(self, text: str) -> int:
        """Pass the text on, or drop it."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Pass on what the stream still holds."""
        with suppress(OSError):
            self._stream.flush()
