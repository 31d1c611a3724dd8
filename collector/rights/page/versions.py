"""Versions: every wording of a site's notice that was in force, kept as it was shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Final

import msgspec

from privacy.reach import Reach
from schema.files import write_atomically

DIRECTORY: Final = "notices"
# 64 bits: two wordings of one site do not meet.
_NAME_BYTES: Final = 8
_NAME: Final = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Version:
    """One wording, in every language."""

    name: str
    since: date
    texts: Mapping[str, str]  # Markdown by language
    reach: Reach | None = None  # how far it goes; None: written before this was noted


class Versions:
    """The notices of one data directory; raises OSError when the disk does."""

    def __init__(self, data: Path) -> None:
        self._root = data / DIRECTORY

    def keep(
        self, site: str, texts: Mapping[str, str], today: date, reach: Reach | None = None
    ) -> Version:
        """Return the version that says this, written down with its first day if it is new."""
        joined = msgspec.json.encode(dict(sorted(texts.items())))
        name = blake2b(joined, digest_size=_NAME_BYTES).hexdigest()
        known = self.find(site, name)
        if known is not None and known.reach == reach:
            return known
        since = today if known is None else known.since
        version = Version(name, since, dict(texts), reach)
        directory = self._of_site(site)
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(directory / f"{name}.json", msgspec.json.encode(version))
        return version

    def find(self, site: str, name: str) -> Version | None:
        """Return a version; None when there is none of this name."""
        path = self._of_site(site) / f"{name}.json"
        if not _NAME.fullmatch(name) or not path.exists():
            return None
        return msgspec.json.decode(path.read_bytes(), type=Version)

    def all(self, site: str) -> list[Version]:
        """Return every version, newest first."""
        paths = self._of_site(site).glob("*.json")
        found = [msgspec.json.decode(path.read_bytes(), type=Version) for path in paths]
        return sorted(found, key=lambda version: version.since, reverse=True)

    def _of_site(self, site: str) -> Path:
        # A site's name may differ from another's by its case alone, which some disks do not tell.
        return self._root / blake2b(site.encode(), digest_size=_NAME_BYTES).hexdigest()
