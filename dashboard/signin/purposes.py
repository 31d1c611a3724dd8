"""Purposes: what the holder of each session said the answers in SQL are for, kept in memory."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Final

# Far more than sign in within a session's life; the oldest are asked again.
_KEPT: Final = 10_000
_CHARACTERS: Final = 200  # what the audit log keeps


class Purposes:
    """Purposes by session; any number of threads may use it."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def of(self, session_id: str) -> str:
        """Return what was said in a session, "" when it has yet to be asked."""
        with self._lock:
            return self._kept.get(session_id, "")

    def say(self, session_id: str, purpose: str) -> str:
        """Keep a purpose for the rest of a session; return what holds now, "" for none."""
        said = " ".join(purpose.split())[:_CHARACTERS]
        with self._lock:
            if said:
                self._kept[session_id] = said
                self._kept.move_to_end(session_id)
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            return self._kept.get(session_id, "")
