"""Settings of the dashboard: its part of the configuration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Credit:
    """Whose data places come from, where its licence asks to be named."""

    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardSettings:
    """What the dashboard needs to know."""

    data: Path  # the data directory; the key of sessions stands in it
    collector_url: str  # where browsers reach the collector, as in https://stats.example
    credits: Callable[[], Sequence[Credit]] = tuple  # asked for each page: databases change
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
