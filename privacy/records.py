"""Records: what visitors and operators ask for, as the journal keeps it until it is done.

Each is carried out once everything that was journaled before it is in the store.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Literal, TypeAlias
from uuid import uuid4

import msgspec

from privacy.scope import Scope

# Who asked, when it was the visitor; else a user's id or "cli".
VISITOR: Final = "visitor"

# What was decided, and what said so: the page's own call, or a consent management platform by
# IAB TCF v2 or Google's Consent Mode.
ConsentState: TypeAlias = Literal["granted", "denied", "withdrawn"]
ConsentWay: TypeAlias = Literal["call", "tcf", "gcm"]
HoldKind: TypeAlias = Literal["restriction", "legal", "fraud"]
RequestKind: TypeAlias = Literal[
    "access", "correction", "erasure", "restriction", "objection", "complaint", "question"
]


class _Record(msgspec.Struct, frozen=True, array_like=True, kw_only=True, tag=True):
    """What all have.  Positions are part of the journal's format: new fields go to the end."""

    id: str  # 32 hex digits; carrying out twice does once
    received_at: datetime  # aware, UTC
    asked_by: str = VISITOR


class Erasure(_Record, frozen=True, array_like=True, kw_only=True, tag="erasure"):
    """Rows are to be deleted, and a receipt made."""

    scope: Scope


class Correction(_Record, frozen=True, array_like=True, kw_only=True, tag="correction"):
    """Rows are to say something else.

    A place is corrected as a whole: what is not given of it is blanked.  `not_me` takes all that
    ties the rows to anybody away instead: they count for nobody from then on.
    """

    scope: Scope
    country: str | None = None  # None: the place stays
    region: str = ""
    city: str = ""
    device: str | None = None  # None: it stays
    not_me: bool = False


class Hold(_Record, frozen=True, array_like=True, kw_only=True, tag="hold"):
    """Rows are to be kept where no page, view, export or purge sees them."""

    scope: Scope
    kind: HoldKind = "restriction"
    reason: str = ""
    owner: str = ""  # a user's id
    ends_on: date | None = None


class Release(_Record, frozen=True, array_like=True, kw_only=True, tag="release"):
    """Held rows are to come back: those of one hold, or a scope's restricted ones."""

    scope: Scope
    hold: str = ""  # a hold's id; "" is every restriction, as far as the scope reaches
    # Rows of earlier days are past their retention and go instead; None keeps all.
    keep_since: date | None = None
    # Rows of earlier days come back without ids, or without region and city; None keeps them.
    ids_since: date | None = None
    cities_since: date | None = None
    reason: str = ""


class Request(_Record, frozen=True, array_like=True, kw_only=True, tag="request"):
    """A question or complaint that a person answers."""

    site: str
    kind: RequestKind
    due: date
    contact: str = ""
    message: str = ""


class ConsentReceipt(_Record, frozen=True, array_like=True, kw_only=True, tag="consent"):
    """What a visitor decided about a lasting id.  It is kept as it is; nothing has to be done."""

    site: str
    state: ConsentState
    how: ConsentWay
    consent_id: int = 0  # hash, as rows have it; 0 for a refusal, which has none
    text_hash: str = ""  # SHA-256 of the text that was shown, hex; "" when it was not told
    version: str = ""  # of that text, as the shop names it
    scope: str = ""  # what was asked, as in "statistics"


Record: TypeAlias = Erasure | Correction | Hold | Release | Request
# Those that change rows of events.
RowRecord: TypeAlias = Erasure | Correction | Hold | Release


def new_id() -> str:
    """Return an id for a record, which is also its receipt number: 122 random bits."""
    return uuid4().hex


def site_of(record: Record) -> str:
    """Return the site that a record is about."""
    return record.site if isinstance(record, Request) else record.scope.site


def kind_of(record: Record) -> str:
    """Return a record's kind, as in "erasure"."""
    return str(type(record).__struct_config__.tag)
