"""Timeline: since when each site has gone how far, and so which consents still hold.

It stands in the data directory and holds nothing of visitors.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from privacy.errors import PlanError
from privacy.reach import Reach, grown
from schema.files import write_atomically


class Span(msgspec.Struct, frozen=True):
    """A time that ends where the next one begins."""

    since: datetime
    reach: Reach


class Timeline:
    """The spans of every site of a data directory, oldest first; one process writes them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._spans: dict[str, list[Span]] | None = None

    def note(self, site: str, reach: Reach, now: datetime) -> datetime | None:
        """Note how far a site goes from now on; return `covered_since` of it.

        Raises PlanError, OSError.
        """
        if self._spans is None:
            self._spans = read_timeline(self._path)
        spans = self._spans.get(site, [])
        if not spans or spans[-1].reach != reach:
            spans = [*spans, Span(now, reach)]
            changed = self._spans | {site: spans}
            write_atomically(self._path, msgspec.json.encode(changed))
            self._spans = changed
        return covered_since(spans)


def read_timeline(path: Path) -> dict[str, list[Span]]:
    """Return the spans of each site; raises PlanError, OSError."""
    if not path.exists():
        return {}
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, list[Span]])
    except msgspec.MsgspecError:
        raise PlanError(
            f"{path.name} cannot be read: put it back from a copy, or remove it, and no consent of"
            " before is asked again"
        ) from None


def covered_since(spans: Sequence[Span]) -> datetime | None:
    """Return the instant from which on every consent was to what is done now, or to more.

    None: all were.  A site that went further for a while does not ask those of before again.
    """
    now = spans[-1].reach
    for earlier, later in zip(reversed(spans[:-1]), reversed(spans[1:]), strict=True):
        if grown(earlier.reach, now):
            return later.since
    return None
