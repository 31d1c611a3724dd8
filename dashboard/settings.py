"""Settings of the dashboard: its part of the configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Protocol

from dashboard.api.rate import REQUESTS_PER_HOUR
from privacy.inbox import Letter
from privacy.records import RowRecord
from privacy.retention_policy import DEFAULT_DAYS
from schema.keys import NO_KEYS, Keys
from schema.users import User


@dataclass(frozen=True, slots=True)
class Credit:
    """Whose data places come from, where its licence asks to be named."""

    text: str
    url: str


class ScriptNames(Protocol):
    """How a page may name the script with certain features."""

    @property
    def plain(self) -> str:
        """Return the name that follows releases."""

    @property
    def hashed(self) -> str:
        """Return the name of this very file."""

    @property
    def integrity(self) -> str:
        """Return the value of the attribute of that name."""

    @property
    def code(self) -> str:
        """Return the script itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardSettings:
    """What the dashboard needs to know."""

    data: Path  # the data directory; the key of sessions stands in it
    collector_url: str  # where browsers reach the collector, as in https://stats.example
    features: tuple[str, ...]  # what the script can have beyond a new site's
    script_names: Callable[[Iterable[str]], ScriptNames]  # by features, or "strict"
    consent_names: Callable[[], ScriptNames]  # of what hears of a consent
    credits: Callable[[], Sequence[Credit]] = tuple  # asked for each page: databases change
    metrics: Callable[[], bytes] = bytes  # the installation's, in Prometheus' text format
    api_requests_per_hour: int = REQUESTS_PER_HOUR  # of each token of the stats API
    # Mails an answer to a visitor in the name of a user (by id); returns "" or why it could not.
    mail_answer: Callable[[Letter, str, str], str] | None = None  # None: no mail can be sent
    # Asks the writer for something, and returns when it is safe; None where no writer is.
    wish: Callable[[RowRecord], None] | None = None
    retention_days: int = DEFAULT_DAYS["events"]  # of events, where a site says nothing
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    # Mails a user that their account changed, and how; returns at once where no mail can be sent.
    tell_user: Callable[[User, str], None] | None = None
    keys: Keys = NO_KEYS  # that seal what authenticator apps share with us
    requires_second_factor: bool = False  # of everybody who signs in
