"""Rules: what collectors need to decide rightly, published by the store process as one file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Final

import msgspec

from schema.files import write_atomically
from schema.sites import Site

# How often a collector looks whether the file changed.  Our choice: a new site or an objection
# counts within a second, and a look is one `stat`.
CHECK_INTERVAL_S: Final = 0.5


class Planned(msgspec.Struct, frozen=True):
    """A site as an announced change will make it."""

    starts_on: date
    site: Site
    controller: str


class SiteNotice(msgspec.Struct, frozen=True, kw_only=True):
    """What a site's notice tells beside its settings, and which consents still hold."""

    controller: str = ""
    planned: tuple[Planned, ...] = ()  # soonest first, each with those before it
    covered_since: datetime | None = None  # consents of before are asked for again


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """Sites and server tokens; never a secret."""

    published_at: datetime
    sites: Mapping[str, Site]
    # SHA-256 of a token of scope `events`, hex, to the sites it may write; empty is all.
    event_tokens: Mapping[str, tuple[str, ...]] = {}
    notices: Mapping[str, SiteNotice] = {}  # by site


def publish(path: Path, rules: Rules) -> None:
    """Replace the file at `path` atomically."""
    write_atomically(path, msgspec.json.encode(rules))


class PublishedRules:
    """The newest rules at a path, read again when the file changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._checked_at_s = float("-inf")
        self._rules: Rules | None = None

    def current(self, now_s: float) -> Rules | None:
        """Return the rules; None while none were ever published.

        `now_s` is a monotonic clock's.  A file that cannot be read leaves the earlier rules.
        """
        if now_s - self._checked_at_s >= CHECK_INTERVAL_S:
            self._checked_at_s = now_s
            self._read_if_changed()
        return self._rules

    def _read_if_changed(self) -> None:
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_ino)
            if stamp != self._stamp:
                self._rules = msgspec.json.decode(self._path.read_bytes(), type=Rules)
                self._stamp = stamp
        except (OSError, msgspec.MsgspecError):
            return


def rules_path(data: Path) -> Path:
    """Return where the rules stand in a data directory."""
    return data / "rules.json"
