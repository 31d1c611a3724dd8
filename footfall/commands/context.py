"""Context: what a command works on."""

from __future__ import annotations

from dataclasses import dataclass, field

from footfall.config import Config
from footfall.notices import NoticeBook
from footfall.paths import DataPaths
from footfall.publisher import publish_rules
from privacy.audit import AuditLog
from schema import Store


@dataclass(frozen=True, slots=True)
class Context:
    """An open, migrated store and the data directory beside it."""

    store: Store
    paths: DataPaths
    config: Config
    book: NoticeBook | None = None  # the store process's own
    audit: AuditLog = field(init=False)  # one chain a process

    def __post_init__(self) -> None:
        """Begin the process's chain."""
        object.__setattr__(self, "audit", AuditLog(self.store))

    def publish(self) -> None:
        """Give collectors the rules as they are now."""
        publish_rules(self.store, self.paths.rules, self.book)
