"""Event: an accepted occurrence, in the form that the journal keeps and the store takes.

No field here can hold an address or a user agent, so nothing downstream can leak one.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal, TypeAlias, get_args

import msgspec

PAGEVIEW: Final = "pageview"
ENGAGEMENT: Final = "engagement"

DropReason: TypeAlias = Literal[
    # Told to the sender in `X-Footfall-Dropped`.
    "bot",
    "spam",
    "hostname",
    "path",
    "address",
    "signal",
    "objection",
    "no_consent",
    # Found by the writer, after the answer: only in the ledger of dropped events.
    "no_session",
    "duplicate",
    # Counted all the same: what a rule in shadow would have dropped, see rule_modes.py.
    "shadow:hostname",
    "shadow:path",
    "shadow:address",
    "shadow:automation",
    "shadow:declared",
    "shadow:headers",
    "shadow:language",
    "shadow:hosting",
    "shadow:rate",
    "shadow:spam",
]
DROP_REASONS: Final[tuple[str, ...]] = get_args(DropReason)

# No visitor and no session: an event counted for nobody.
NOBODY: Final = 0


class Event(msgspec.Struct, frozen=True, array_like=True, gc=False, kw_only=True):
    """One accepted occurrence on one site.

    Strings are "" when unknown.  Positions are part of the journal's format: new fields go to
    the end, with a default.
    """

    site: str
    received_at: datetime  # aware, UTC: when the collector took it
    time: datetime  # aware, UTC: when it happened; differs from received_at for server calls
    day: date  # the site's local day, the one whose salt made `visitor`
    name: str  # "pageview", "engagement" or a custom name
    visitor: int  # unsigned 64 bit, 0 is nobody
    sample: int  # 0..255, from the visitor; random for nobody
    page_id: int = 0  # hash of the page load's id, unsigned 64 bit; 0 when none was sent
    resend_id: int = 0  # hash of the beacon's `id`, unsigned 64 bit; 0 when none was sent
    hostname: str = ""
    path: str = ""
    referrer: str = ""  # without query and fragment
    source: str = ""  # "" is direct
    channel: str = "Direct"
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_term: str = ""
    utm_content: str = ""
    device: str = "Other"
    browser: str = ""
    browser_version: str = ""  # major only
    os: str = ""
    os_version: str = ""  # major only
    country: str = ""  # ISO 3166-1 alpha-2
    region: str = ""  # ISO 3166-2
    city: str = ""
    timezone: str = ""  # IANA
    language: str = ""  # primary subtag
    screen: str = ""  # class of width, see screen.py
    props: dict[str, str] = {}
    revenue: Decimal | None = None
    currency: str = ""  # ISO 4217
    interactive: bool = True  # False: does not end a bounce
    engaged_ms: int = 0  # engagement only: since the last engagement
    scroll_depth: int = 0  # engagement only: 0..100
    lcp_ms: int | None = None
    fcp_ms: int | None = None
    ttfb_ms: int | None = None
    inp_ms: int | None = None
    cls: float | None = None
    consent_id: int = 0  # hash of the consent id, unsigned 64 bit; 0 when none


class Drop(msgspec.Struct, frozen=True, array_like=True, gc=False, kw_only=True):
    """A well-formed beacon that is left out of every count, or that a rule in shadow would leave
    out, and why."""

    site: str
    received_at: datetime  # aware, UTC
    reason: DropReason
    detail: str = ""  # names nobody: a bot's family, a spam host, a rule
