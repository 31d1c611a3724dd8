"""Paths: where each thing stands in a data directory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from collector.rights.page.versions import DIRECTORY as NOTICES

# The demo shop is an example in the repository, not a part of the installed packages.
STOREFRONT: Final = Path(__file__).parent.parent / "examples" / "storefront"


@dataclass(frozen=True, slots=True)
class DataPaths:
    """The data directory's contents."""

    root: Path

    @property
    def database(self) -> Path:
        """Return the embedded engine's directory."""
        return self.root / "clickhouse"

    @property
    def journal(self) -> Path:
        """Return the directory that holds one journal a collector."""
        return self.root / "journal"

    @property
    def checkpoint(self) -> Path:
        """Return the writer's checkpoint."""
        return self.root / "writer.json"

    @property
    def key_check(self) -> Path:
        """Return what says which keys may have encrypted something."""
        return self.root / "key.check"

    @property
    def backups(self) -> Path:
        """Return the list of the backups that were made."""
        return self.root / "backups.json"

    @property
    def mail(self) -> Path:
        """Return what was mailed to whom."""
        return self.root / "mail.json"

    @property
    def plans(self) -> Path:
        """Return the announced changes of notices."""
        return self.root / "notice-plans.json"

    @property
    def timeline(self) -> Path:
        """Return since when each site has gone how far."""
        return self.root / "notice-timeline.json"

    @property
    def notices(self) -> Path:
        """Return the directory of every wording of each site's notice."""
        return self.root / NOTICES

    @property
    def rules(self) -> Path:
        """Return what the store process publishes for collectors."""
        return self.root / "rules.json"

    @property
    def salts(self) -> Path:
        """Return the file of today's salts."""
        return self.root / "salts"

    @property
    def geoip(self) -> Path:
        """Return the directory of installed geo databases."""
        return self.root / "geoip"

    @property
    def imports(self) -> Path:
        """Return the directory in which the rows of a file wait until all of them were read."""
        return self.root / "imports"

    @property
    def demo_shop(self) -> Path:
        """Return the directory of the demo shop's pages, made at each start with `--demo`."""
        return self.root / "demo-shop"

    @property
    def control_socket(self) -> Path:
        """Return the socket through which commands reach the store process."""
        return self.root / "store.sock"

    def make(self) -> None:
        """Make the data directory, for its owner alone."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
