"""Settings: what one collector process is told at its start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from collector.journal.room import Limits
from collector.listener.address import Proxies
from privacy.retention_policy import DEFAULT_DAYS
from schema.keys import NO_KEYS, Keys

# Runs a command of the store process and returns its result; raises NotReadyError while it is away.
AskStore: TypeAlias = Callable[[str, Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectorSettings:
    """One collector's settings."""

    data: Path  # the data directory, shared by all processes of the machine
    journal_slot: str  # this process's journal directory, such as "c0"
    proxies: Proxies = field(default_factory=Proxies)
    geoip_paths: tuple[Path, ...] = ()  # empty: what `footfall geoip` installed
    limits: Limits = Limits()  # noqa: RUF009 - frozen
    keys: Keys = NO_KEYS  # what seals the journal
    demo: Path | None = None  # a directory to serve at /demo/
    public_url: str = ""  # where browsers reach the collectors; "" is what they call it
    ask_store: AskStore | None = None  # None: there is no store process to ask
    # What the notice tells beside the site's own rules.
    retention_days: int = DEFAULT_DAYS["events"]  # of events, where a site says nothing else
    controller: str = ""  # who decides what is kept, with an address; "" is not told
    is_encrypted: bool = False  # all that lies on the disk


def meter_path(settings: CollectorSettings) -> Path:
    """Return where this process writes what it counts about itself."""
    return metrics_directory(settings.data) / settings.journal_slot


def metrics_directory(data: Path) -> Path:
    """Return where a data directory's processes write what they count."""
    return data / "metrics"
